//! Snapshot: whether a picture drawn now is the one that was approved.
//!
//! `cargo xtask snapshots` approves what the tests draw: it runs them with [`APPROVE`] set, and they write instead of
//! comparing. Without it a test that fails leaves what it drew beside the approved picture as `….new.png`, and where the
//! two differ, in red over the approved one, as `….diff.png`.

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

/// Compares a picture with the approved one in a file, or writes that file. Panics with what differs.
pub fn assert_same(drawn: &Picture, approved: &Path) {
    if std::env::var_os(APPROVE).is_some() {
        // What is the same stays as it is: no file changes without a change to be seen.
        if differences(drawn, approved).is_err() {
            write(drawn, approved);
        }
    } else if let Err(fault) = differences(drawn, approved) {
        write(drawn, &approved.with_extension("new.png"));
        panic!("{}: {fault}\n`cargo xtask snapshots` approves what is drawn now.", approved.display());
    }
}

/// What differs, in a sentence.
fn differences(drawn: &Picture, file: &Path) -> Result<(), String> {
    let Some(approved) = read(file) else { return Err("there is no such picture".to_owned()) };
    let height = |picture: &Picture| picture.rgb.len() / 3 / picture.width.max(1);
    if (drawn.width, height(drawn)) != (approved.width, height(&approved)) {
        let size = |picture: &Picture| format!("{} × {}", picture.width, height(picture));
        return Err(format!("{} pixels were approved, {} are drawn", size(&approved), size(drawn)));
    }
    let pixels = || drawn.rgb.chunks_exact(3).zip(approved.rgb.chunks_exact(3));
    let differs = |(a, b): (&[u8], &[u8])| a.iter().zip(b).any(|(a, b)| a.abs_diff(*b) > TOLERANCE);
    let Some(first) = pixels().position(differs) else { return Ok(()) };
    let count = pixels().filter(|pair| differs(*pair)).count();
    let marked = pixels().flat_map(|(a, b)| if differs((a, b)) { [255, 0, 0] } else { [b[0] / 3, b[1] / 3, b[2] / 3] });
    write(&Picture { width: drawn.width, rgb: marked.collect() }, &file.with_extension("diff.png"));
    let (x, y) = (first % drawn.width, first / drawn.width);
    Err(format!("{count} pixels differ, the first at {x}, {y}"))
}

fn read(file: &Path) -> Option<Picture> {
    let mut reader = png::Decoder::new(BufReader::new(File::open(file).ok()?)).read_info().ok()?;
    let mut rgb = vec![0; reader.output_buffer_size()?];
    let info = reader.next_frame(&mut rgb).ok()?;
    (info.color_type == png::ColorType::Rgb).then_some(Picture { width: info.width as usize, rgb })
}

fn write(picture: &Picture, file: &Path) {
    let written = File::create(file).map_err(png::EncodingError::from).and_then(|written| {
        let height = picture.rgb.len() / 3 / picture.width.max(1);
        let mut encoder = png::Encoder::new(BufWriter::new(written), picture.width as u32, height as u32);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_compression(png::Compression::High);
        encoder.write_header()?.write_image_data(&picture.rgb)
    });
    written.unwrap_or_else(|error| panic!("{} cannot be written: {error}", file.display()));
}
