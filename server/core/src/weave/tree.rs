//! The order of the fragments: a B-tree that knows, for both lineages, the length and the fingerprint of the text in each of its
//! parts. Fragments are only ever added, so there is no removal and no balancing but the split.

use super::fingerprint::Fingerprint;
use crate::edit::Lineage;

/// A fragment's number in the weave.
pub(crate) type FragmentIx = u32;
type NodeIx = u32;

const NONE: NodeIx = NodeIx::MAX;
const WIDTH: usize = 32;

#[derive(Clone, Debug, Default)]
pub(super) struct Tree {
    nodes: Vec<Node>,
    root: NodeIx,
    items: Vec<Item>,
    /// Sums are put off: these leaves', and those of what they are parts of, are of before.
    behind: Option<Vec<NodeIx>>,
}

#[derive(Clone, Debug)]
struct Node {
    parent: NodeIx,
    next_leaf: NodeIx,
    leaf: bool,
    /// Fragments in a leaf, nodes elsewhere.
    children: Vec<u32>,
    sums: [Fingerprint; 2],
}

#[derive(Clone, Copy, Debug)]
struct Item {
    leaf: NodeIx,
    print: Fingerprint,
    seen: [bool; 2],
}

impl Tree {
    /// Puts fragment `new`, the next number in order, behind `after`, or before all others.
    pub(super) fn insert(&mut self, after: Option<FragmentIx>, new: FragmentIx, print: Fingerprint, seen: [bool; 2]) {
        debug_assert_eq!(new as usize, self.items.len());
        if self.nodes.is_empty() {
            self.nodes.push(Node {
                parent: NONE,
                next_leaf: NONE,
                leaf: true,
                children: Vec::new(),
                sums: <_>::default(),
            });
        }
        let (leaf, at) = match after {
            Some(left) => {
                let leaf = self.items[left as usize].leaf;
                (leaf, self.place_in(leaf, left) + 1)
            }
            None => (self.first_leaf(), 0),
        };
        self.items.push(Item { leaf, print, seen });
        self.nodes[leaf as usize].children.insert(at, new);
        if self.nodes[leaf as usize].children.len() > WIDTH {
            self.split(leaf);
        }
        self.changes(self.items[new as usize].leaf);
    }

    /// Says what is known of a fragment now.
    pub(super) fn set(&mut self, fragment: FragmentIx, print: Fingerprint, seen: [bool; 2]) {
        let item = &mut self.items[fragment as usize];
        if item.print == print && item.seen == seen {
            return;
        }
        (item.print, item.seen) = (print, seen);
        let leaf = item.leaf;
        self.changes(leaf);
    }

    /// Sums up nothing until [`Tree::settle`]: a text into which many edits are folded has each of its parts summed up once.
    pub(super) fn put_off(&mut self) {
        self.behind.get_or_insert_default();
    }

    /// Sums up what was put off, and goes on putting off.
    pub(super) fn settle(&mut self) {
        let mut nodes = self.behind.as_mut().map(std::mem::take).unwrap_or_default();
        // All leaves are as deep, so that parts come before what they are parts of.
        while !nodes.is_empty() {
            nodes.sort_unstable();
            nodes.dedup();
            nodes.iter().for_each(|node| self.sum(*node));
            nodes = nodes.iter().map(|node| self.nodes[*node as usize].parent).filter(|node| *node != NONE).collect();
        }
    }

    /// Sums up what was put off, and from now on at once.
    pub(super) fn sum_at_once(&mut self) {
        self.settle();
        self.behind = None;
    }

    fn is_settled(&self) -> bool {
        self.behind.as_ref().is_none_or(Vec::is_empty)
    }

    pub(super) fn seen(&self, fragment: FragmentIx, lineage: Lineage) -> bool {
        self.items[fragment as usize].seen[lineage.ix()]
    }

    pub(super) fn total(&self, lineage: Lineage) -> Fingerprint {
        debug_assert!(self.is_settled());
        self.nodes.get(self.root as usize).map_or(Fingerprint::EMPTY, |root| root.sums[lineage.ix()])
    }

    /// The visible fragment that holds byte `offset` of a lineage's text, and that byte's place in it.
    pub(super) fn find(&self, lineage: Lineage, mut offset: usize) -> Option<(FragmentIx, usize)> {
        if offset >= self.total(lineage).len {
            return None;
        }
        let mut node = self.root;
        loop {
            let here = &self.nodes[node as usize];
            let mut found = None;
            for child in &here.children {
                let len = if here.leaf {
                    self.len_seen(*child, lineage)
                } else {
                    self.nodes[*child as usize].sums[lineage.ix()].len
                };
                if offset < len {
                    found = Some(*child);
                    break;
                }
                offset -= len;
            }
            match found {
                Some(child) if here.leaf => return Some((child, offset)),
                Some(child) => node = child,
                None => return None,
            }
        }
    }

    /// The fingerprint of all that stands before the fragment that `find` gives, or of all where it gives none.
    pub(super) fn print_before(&self, lineage: Lineage, mut offset: usize) -> Fingerprint {
        debug_assert!(self.is_settled());
        let mut before = Fingerprint::EMPTY;
        let Some(mut node) = (!self.nodes.is_empty()).then_some(self.root) else { return before };
        loop {
            let here = &self.nodes[node as usize];
            let mut inner = None;
            for child in &here.children {
                let sum = match here.leaf {
                    true if !self.items[*child as usize].seen[lineage.ix()] => Fingerprint::EMPTY,
                    true => self.items[*child as usize].print,
                    false => self.nodes[*child as usize].sums[lineage.ix()],
                };
                if offset < sum.len {
                    inner = Some(*child);
                    break;
                }
                offset -= sum.len;
                before = before.then(sum);
            }
            match inner {
                Some(child) if !here.leaf => node = child,
                _ => return before,
            }
        }
    }

    pub(super) fn next(&self, fragment: FragmentIx) -> Option<FragmentIx> {
        let leaf = self.items[fragment as usize].leaf;
        let at = self.place_in(leaf, fragment) + 1;
        let node = &self.nodes[leaf as usize];
        node.children
            .get(at)
            .copied()
            .or_else(|| (node.next_leaf != NONE).then(|| self.nodes[node.next_leaf as usize].children[0]))
    }

    pub(super) fn previous(&self, fragment: FragmentIx) -> Option<FragmentIx> {
        let mut node = self.items[fragment as usize].leaf;
        let mut child = fragment;
        loop {
            let at = self.place_in(node, child);
            if at > 0 {
                let here = &self.nodes[node as usize];
                let mut last = here.children[at - 1];
                let mut leaf = here.leaf;
                while !leaf {
                    let inner = &self.nodes[last as usize];
                    leaf = inner.leaf;
                    last = *inner.children.last().expect("no node is empty");
                }
                return Some(last);
            }
            child = node;
            node = self.nodes[node as usize].parent;
            if node == NONE {
                return None;
            }
        }
    }

    /// All fragments in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = FragmentIx> + '_ {
        let first = (!self.nodes.is_empty()).then(|| self.first_leaf());
        std::iter::successors(first, |leaf| {
            let next = self.nodes[*leaf as usize].next_leaf;
            (next != NONE).then_some(next)
        })
        .flat_map(|leaf| self.nodes[leaf as usize].children.iter().copied())
    }

    fn len_seen(&self, fragment: FragmentIx, lineage: Lineage) -> usize {
        let item = &self.items[fragment as usize];
        if item.seen[lineage.ix()] { item.print.len } else { 0 }
    }

    fn place_in(&self, node: NodeIx, child: u32) -> usize {
        self.nodes[node as usize].children.iter().position(|c| *c == child).expect("a child stands in its parent")
    }

    fn first_leaf(&self) -> NodeIx {
        let mut node = self.root;
        while !self.nodes[node as usize].leaf {
            node = self.nodes[node as usize].children[0];
        }
        node
    }

    fn split(&mut self, node: NodeIx) {
        let new = self.nodes.len() as NodeIx;
        let here = &mut self.nodes[node as usize];
        let moved = here.children.split_off(WIDTH / 2);
        let (leaf, parent) = (here.leaf, here.parent);
        let next_leaf = std::mem::replace(&mut here.next_leaf, if leaf { new } else { NONE });
        for child in &moved {
            if leaf {
                self.items[*child as usize].leaf = new;
            } else {
                self.nodes[*child as usize].parent = new;
            }
        }
        self.nodes.push(Node { parent, next_leaf, leaf, children: moved, sums: <_>::default() });
        self.sum(node);
        self.sum(new);
        if parent == NONE {
            let root = self.nodes.len() as NodeIx;
            let children = vec![node, new];
            self.nodes.push(Node { parent: NONE, next_leaf: NONE, leaf: false, children, sums: <_>::default() });
            self.nodes[node as usize].parent = root;
            self.nodes[new as usize].parent = root;
            self.root = root;
            return;
        }
        let at = self.place_in(parent, node) + 1;
        self.nodes[parent as usize].children.insert(at, new);
        if self.nodes[parent as usize].children.len() > WIDTH {
            self.split(parent);
        }
    }

    fn changes(&mut self, leaf: NodeIx) {
        match &mut self.behind {
            Some(behind) if behind.last() == Some(&leaf) => {}
            Some(behind) => behind.push(leaf),
            None => self.resum(leaf),
        }
    }

    fn resum(&mut self, mut node: NodeIx) {
        while node != NONE {
            self.sum(node);
            node = self.nodes[node as usize].parent;
        }
    }

    fn sum(&mut self, node: NodeIx) {
        let here = &self.nodes[node as usize];
        let mut sums = [Fingerprint::EMPTY; 2];
        for child in &here.children {
            for (at, sum) in sums.iter_mut().enumerate() {
                if here.leaf {
                    let item = &self.items[*child as usize];
                    if item.seen[at] {
                        *sum = sum.then(item.print);
                    }
                } else {
                    *sum = sum.then(self.nodes[*child as usize].sums[at]);
                }
            }
        }
        self.nodes[node as usize].sums = sums;
    }
}

#[cfg(test)]
mod tests;
