//! Disks and the machine itself.

use super::effect::What;
use super::flow::Flow;
use super::run::Shell;
use super::word::Word;

impl Shell<'_, '_> {
    pub(super) fn machine(&mut self, name: &str, arguments: &[Word], _: &Flow) -> Option<Flow> {
        let words: Vec<String> = arguments.iter().map(Word::shown).collect();
        let has = |word: &str| words.iter().any(|own| own == word);
        let lists = has("-l") || has("--list") || has("list") || has("status") || has("print");
        let at_stake = match name {
            _ if name.starts_with("mkfs") => true,
            "fdisk" | "parted" | "sfdisk" | "gdisk" | "zpool" | "cryptsetup" => !lists,
            "wipefs" | "blkdiscard" | "mkswap" | "lvremove" | "vgremove" | "pvremove" | "format" => true,
            "umount" => true,
            "mount" => !words.is_empty() && !lists,
            "diskutil" => words
                .iter()
                .any(|word| word.starts_with("erase") || word.starts_with("partition") || word == "reformat"),
            "zfs" => has("destroy") || has("rollback"),
            "shutdown" | "reboot" | "halt" | "poweroff" | "init" => name != "init" || has("0") || has("6"),
            "sysctl" => has("-w"),
            "insmod" | "rmmod" | "modprobe" => true,
            _ => return None,
        };
        if at_stake {
            self.does(What::Machine { what: "the machine or its disks would be changed".into() });
        }
        Some(Flow::default())
    }
}
