//! Pictures that differ are told apart, those that an eye cannot tell apart are not.

use std::panic::catch_unwind;
use std::path::{Path, PathBuf};

use testkit::snapshot::{Picture, assert_same};

/// An approved picture in a folder of its own.
struct Approved {
    folder: tempfile::TempDir,
    picture: Picture,
}

impl Approved {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder of its own");
        let rgb = (0..60 * 40 * 3).map(|byte| (byte * 7 % 251) as u8).collect();
        let picture = Picture { width: 60, rgb };
        let file = std::fs::File::create(folder.path().join("approved.png")).expect("a folder of its own");
        let mut encoder = png::Encoder::new(file, 60, 40);
        encoder.set_color(png::ColorType::Rgb);
        encoder.write_header().and_then(|mut writer| writer.write_image_data(&picture.rgb)).expect("a picture");
        Self { folder, picture }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

/// What is said about a picture that is not the approved one.
fn fault(drawn: &Picture, approved: &Path) -> String {
    let panicked = catch_unwind(|| assert_same(drawn, approved)).expect_err("they differ");
    panicked.downcast_ref::<String>().expect("a sentence").clone()
}

#[test]
fn the_same_picture_passes_and_so_does_one_that_rounds_otherwise() {
    let approved = Approved::new();
    assert_same(&approved.picture, &approved.file("approved.png"));
    let mut rounded = approved.picture.clone();
    rounded.rgb.iter_mut().for_each(|channel| *channel += 3);
    assert_same(&rounded, &approved.file("approved.png"));
}

#[test]
fn a_single_pixel_of_another_colour_is_found_and_shown() {
    let approved = Approved::new();
    let mut drawn = approved.picture.clone();
    drawn.rgb[3 * (60 * 7 + 5) + 1] ^= 0x40;
    let said = fault(&drawn, &approved.file("approved.png"));
    assert!(said.contains("1 pixels differ, the first at 5, 7"), "{said}");
    assert_same(&drawn, &approved.file("approved.new.png"));
    assert!(approved.file("approved.diff.png").exists());
}

#[test]
fn another_size_and_a_missing_picture_are_told() {
    let approved = Approved::new();
    let mut narrow = approved.picture.clone();
    narrow.rgb.truncate(60 * 39 * 3);
    let said = fault(&narrow, &approved.file("approved.png"));
    assert!(said.contains("60 × 40 pixels were approved, 60 × 39 are drawn"), "{said}");
    assert!(fault(&narrow, &approved.file("missing.png")).contains("no such picture"));
}
