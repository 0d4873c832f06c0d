//! What a scope can name.

use countersign_core::syntax::{Budget, Language, enclosing, symbols};
use expect_test::{Expect, expect};

fn check(path: &str, text: &str, expected: &Expect) {
    let language = Language::of_path(path).unwrap();
    let mut drawn = String::new();
    for symbol in symbols(language, text, &mut Budget::default()) {
        let first = text[symbol.range.clone()].lines().next().unwrap_or_default();
        drawn.push_str(&format!("{} ({:?}) from `{first}`\n", symbol.path, symbol.kind));
    }
    expected.assert_eq(&drawn);
}

#[test]
fn rust_names_modules_types_methods_and_constants() {
    let text = "\
/// Reads.
#[derive(Debug)]
pub struct Parser<'a> { text: &'a str }
impl<'a> Parser<'a> {
    #[inline]
    pub fn parse(&self) -> Tree { fn step() {} }
}
impl fmt::Display for Parser<'_> { fn fmt(&self) {} }
pub const MOST: usize = 3;
trait Read { fn read(&self); }
mod tests { #[test] fn reads() {} }
macro_rules! twice { () => {} }
";
    check(
        "lib.rs",
        text,
        &expect![[r#"
        Parser (Type) from `/// Reads.`
        Parser (Implementation) from `impl<'a> Parser<'a> {`
        Parser::parse (Method) from `#[inline]`
        Parser::parse::step (Function) from `fn step() {}`
        Parser (Implementation) from `impl fmt::Display for Parser<'_> { fn fmt(&self) {} }`
        Parser::fmt (Method) from `fn fmt(&self) {}`
        MOST (Constant) from `pub const MOST: usize = 3;`
        Read (Interface) from `trait Read { fn read(&self); }`
        Read::read (Method) from `fn read(&self);`
        tests (Module) from `mod tests { #[test] fn reads() {} }`
        tests::reads (Function) from `#[test] fn reads() {}`
        twice (Macro) from `macro_rules! twice { () => {} }`
    "#]],
    );
}

#[test]
fn python_names_classes_and_functions() {
    let text = "\
LIMIT = 3
class Cart:
    @property
    def total(self):
        def add(a, b): pass
    async def load(self): pass
@cache
def open_cart(): pass
";
    check(
        "cart.py",
        text,
        &expect![[r#"
        LIMIT (Constant) from `LIMIT = 3`
        Cart (Type) from `class Cart:`
        Cart::total (Method) from `@property`
        Cart::total::add (Function) from `def add(a, b): pass`
        Cart::load (Method) from `async def load(self): pass`
        open_cart (Function) from `@cache`
    "#]],
    );
}

#[test]
fn typescript_names_classes_functions_constants_and_tests() {
    let text = "\
/** A cart. */
export default class Cart { total(): number { return 0 } static of = () => new Cart() }
export const load = async (id: string) => id;
const LIMIT = 3, other = function () {};
function* each() {}
interface Shape { area(): number }
type Id = string;
enum Color { Red }
namespace shop { export function open() {} }
const api = { get: () => 1, put() {} };
describe('a cart', () => { it.each([1])('adds %d', () => {}); });
";
    check(
        "cart.ts",
        text,
        &expect![[r#"
        Cart (Type) from `/** A cart. */`
        Cart::total (Method) from `total(): number { return 0 }`
        Cart::of (Method) from `static of = () => new Cart()`
        load (Function) from `export const load = async (id: string) => id`
        LIMIT (Constant) from `const LIMIT = 3`
        other (Function) from `other = function () {}`
        each (Function) from `function* each() {}`
        Shape (Interface) from `interface Shape { area(): number }`
        Shape::area (Method) from `area(): number`
        Id (Type) from `type Id = string;`
        Color (Type) from `enum Color { Red }`
        shop (Module) from `namespace shop { export function open() {} }`
        shop::open (Function) from `export function open() {}`
        api (Constant) from `const api = { get: () => 1, put() {} }`
        api::get (Function) from `get: () => 1`
        api::put (Function) from `put() {}`
        a cart (Test) from `describe('a cart', () => { it.each([1])('adds %d', () => {}); })`
        a cart::adds %d (Test) from `it.each([1])('adds %d', () => {})`
    "#]],
    );
}

#[test]
fn the_innermost_symbol_around_a_range_is_found() {
    let text = "mod a { fn b() { 1 } }\nfn c() {}\n";
    let all = symbols(Language::Rust, text, &mut Budget::default());
    let at = |word: &str| {
        let start = text.find(word).unwrap();
        enclosing(&all, &(start..start + word.len())).map(|symbol| symbol.path.as_str())
    };
    assert_eq!(at("1"), Some("a::b"));
    assert_eq!(at("fn b() { 1 } }"), Some("a"));
    assert_eq!(at("fn c() {}"), Some("c"));
    assert_eq!(at("\nfn"), None);
}
