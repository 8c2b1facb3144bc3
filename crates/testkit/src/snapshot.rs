//! Snapshot: whether a picture drawn now is the one that was approved.
//!
//! `cargo xtask snapshots` approves what the tests draw: it runs them with [`APPROVE`] set, and they write instead of
//! comparing. Without it a test that fails leaves beside the approved picture what it drew, as `….new.png`, and where the
//! two differ, in red, as `….diff.png`.

use std::fs::File;
use std::io::{BufReader, BufWriter};
use std::path::Path;

/// The variable that has tests write their pictures.
pub const APPROVE: &str = "STEMMA_APPROVE_SNAPSHOTS";

/// Steps of 256 that a channel may differ: processors round the blending of many layers otherwise, and no eye sees it.
const TOLERANCE: u8 = 3;

/// A picture: red, green and blue of each pixel, row by row from the upper left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// Pixels of a row.
    pub width: usize,
    /// Three channels of every pixel.
    pub rgb: Vec<u8>,
}

impl Picture {
    fn height(&self) -> usize {
        self.rgb.len() / 3 / self.width.max(1)
    }
}

/// Compares a picture with the approved one in a file, or writes that file. Panics with what differs.
pub fn assert_same(drawn: &Picture, file: &Path) {
    let approved = read(file);
    let Some(fault) = fault(drawn, approved.as_ref()) else { return };
    let [new, diff] = ["new.png", "diff.png"].map(|extension| file.with_extension(extension));
    if std::env::var_os(APPROVE).is_some() {
        write(drawn, file);
        // Of an earlier run that failed; there may be none.
        let _ = (std::fs::remove_file(new), std::fs::remove_file(diff));
        return;
    }
    write(drawn, &new);
    if let Some(approved) = approved.filter(|approved| approved.rgb.len() == drawn.rgb.len()) {
        let marked = pairs(drawn, &approved).flat_map(|(a, b)| if differ(a, b) { RED } else { dimmed(b) });
        write(&Picture { width: drawn.width, rgb: marked.collect() }, &diff);
    }
    panic!("{}: {fault}\n`cargo xtask snapshots` approves what is drawn now.", file.display());
}

/// What differs, in words; `None` when nothing does.
fn fault(drawn: &Picture, approved: Option<&Picture>) -> Option<String> {
    let Some(approved) = approved else { return Some("there is no such picture".to_owned()) };
    if (drawn.width, drawn.height()) != (approved.width, approved.height()) {
        let size = |picture: &Picture| format!("{} × {}", picture.width, picture.height());
        return Some(format!("{} pixels were approved, {} are drawn", size(approved), size(drawn)));
    }
    let first = pairs(drawn, approved).position(|(a, b)| differ(a, b))?;
    let count = pairs(drawn, approved).filter(|(a, b)| differ(a, b)).count();
    Some(format!("{count} pixels differ, the first at {}, {}", first % drawn.width, first / drawn.width))
}

const RED: [u8; 3] = [255, 0, 0];

fn dimmed(pixel: &[u8]) -> [u8; 3] {
    [pixel[0] / 3, pixel[1] / 3, pixel[2] / 3]
}

/// The pixels of both.
fn pairs<'a>(a: &'a Picture, b: &'a Picture) -> impl Iterator<Item = (&'a [u8], &'a [u8])> {
    a.rgb.chunks_exact(3).zip(b.rgb.chunks_exact(3))
}

fn differ(a: &[u8], b: &[u8]) -> bool {
    a.iter().zip(b).any(|(a, b)| a.abs_diff(*b) > TOLERANCE)
}

fn read(file: &Path) -> Option<Picture> {
    let mut reader = png::Decoder::new(BufReader::new(File::open(file).ok()?)).read_info().ok()?;
    let mut rgb = vec![0; reader.output_buffer_size()?];
    let info = reader.next_frame(&mut rgb).ok()?;
    (info.color_type == png::ColorType::Rgb).then_some(Picture { width: info.width as usize, rgb })
}

fn write(picture: &Picture, file: &Path) {
    let written = File::create(file).map_err(png::EncodingError::from).and_then(|written| {
        let (width, height) = (picture.width as u32, picture.height() as u32);
        let mut encoder = png::Encoder::new(BufWriter::new(written), width, height);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_compression(png::Compression::High);
        encoder.write_header()?.write_image_data(&picture.rgb)
    });
    written.unwrap_or_else(|error| panic!("{} cannot be written: {error}", file.display()));
}
