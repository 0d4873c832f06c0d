//! A terminal's screen as a picture, drawn by the browser that the tests bring along, where README's pictures are to be drawn anew.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use vt100::{Cell, Color, Screen};

/// What README's pictures show: a file, what stood in it before an agent wrote, and what the agent put in its place.
pub(crate) const CART: &str = "def total(items):\n    if not items:\n        raise ValueError(\"nothing in the cart\")\n    return sum(item.price for item in items)\n";
pub(crate) const BEFORE: &str = "    if not items:\n        raise ValueError(\"nothing in the cart\")\n    return sum(item.price for item in items)\n";
pub(crate) const AFTER: &str = "    try:\n        discount = float(os.environ[\"DISCOUNT\"])\n    except Exception:\n        pass\n    return sum(item.price for item in items) * (1 - discount)\n";

/// The colours of a plain terminal: the text's, the background's.
const PLAIN: [&str; 2] = ["#d4d4d4", "#1e1e1e"];
const SIXTEEN: [&str; 16] = [
    "#1e1e1e", "#f44747", "#6a9955", "#d7ba7d", "#569cd6", "#c586c0", "#4ec9b0", "#d4d4d4", "#808080", "#f44747",
    "#b5cea8", "#dcdcaa", "#9cdcfe", "#c586c0", "#4ec9b0", "#ffffff",
];
/// Pixels of one cell.
const CELL: (u32, u32) = (9, 20);

/// Where pictures are to be drawn, if they are.
pub(crate) fn folder() -> Option<PathBuf> {
    std::env::var_os("COUNTERSIGN_PICTURES").map(PathBuf::from)
}

/// Draws the upper left part of a screen, so many rows and columns of it.
pub(super) fn draw(screen: &Screen, rows: u16, columns: u16, file: &Path) {
    let chromium = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/editors/chromium/start");
    let page = file.with_extension("html");
    fs::write(&page, html(screen, rows, columns)).expect("the folder for pictures is there");
    let (width, height) = (u32::from(columns) * CELL.0 + 20, u32::from(rows) * CELL.1 + 16);
    let profile = tempfile::tempdir().expect("a temporary folder");
    let drawn = Command::new(chromium)
        .args(["--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"])
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .arg(format!("--window-size={width},{height}"))
        .arg(format!("--screenshot={}", file.display()))
        .arg(format!("file://{}", page.canonicalize().expect("it was just written").display()))
        .output()
        .expect("the browser is there: tests/editors/setup");
    assert!(drawn.status.success(), "{}", String::from_utf8_lossy(&drawn.stderr));
    fs::remove_file(&page).expect("it was just written");
    let size = fs::metadata(file).expect("it was drawn").len();
    assert!(size < 100_000, "{size} bytes");
}

fn html(screen: &Screen, rows: u16, columns: u16) -> String {
    let [text, background] = PLAIN;
    let mut html = format!(
        "<!doctype html><meta charset=utf-8><style>body{{margin:8px 10px;background:{background}}}pre{{margin:0;color:{text};\
         font:15px/{}px 'DejaVu Sans Mono',monospace}}span{{display:inline-block;height:{}px}}</style><pre>",
        CELL.1, CELL.1
    );
    for row in 0..rows {
        for column in 0..columns {
            let Some(cell) = screen.cell(row, column) else { continue };
            if !cell.is_wide_continuation() {
                let _ = write!(html, "<span style=\"{}\">{}</span>", style(cell), escaped(cell.contents()));
            }
        }
        html.push('\n');
    }
    html + "</pre>"
}

fn style(cell: &Cell) -> String {
    let [text, background] = PLAIN.map(str::to_owned);
    let mut colors = [colour(cell.fgcolor()).unwrap_or(text), colour(cell.bgcolor()).unwrap_or(background)];
    if cell.inverse() {
        colors.swap(0, 1);
    }
    let mut style =
        format!("width:{}px;color:{};background:{}", CELL.0 * if cell.is_wide() { 2 } else { 1 }, colors[0], colors[1]);
    for (is, what) in [
        (cell.bold(), ";font-weight:bold"),
        (cell.italic(), ";font-style:italic"),
        (cell.underline(), ";text-decoration:underline"),
    ] {
        style += if is { what } else { "" };
    }
    style
}

fn colour(colour: Color) -> Option<String> {
    match colour {
        Color::Default => None,
        Color::Rgb(r, g, b) => Some(format!("rgb({r},{g},{b})")),
        Color::Idx(index @ 0..16) => Some(SIXTEEN[usize::from(index)].to_owned()),
        // A cube of six steps a side, and greys behind it.
        Color::Idx(index @ 16..232) => {
            let step = |by: u8| match (index - 16) / by % 6 {
                0 => 0,
                step => 55 + 40 * step,
            };
            Some(format!("rgb({},{},{})", step(36), step(6), step(1)))
        }
        Color::Idx(index) => {
            let grey = 8 + 10 * (index - 232);
            Some(format!("rgb({grey},{grey},{grey})"))
        }
    }
}

fn escaped(text: &str) -> String {
    if text.is_empty() { "&nbsp;".to_owned() } else { text.replace('&', "&amp;").replace('<', "&lt;") }
}
