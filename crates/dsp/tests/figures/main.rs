//! The manual's figures: each is a test that measures the sound, draws what it found, and holds it against the promise.
//!
//! `cargo xtask plots` runs them into `docs/figures`; an ordinary test run draws into the build folder.
//!
//! `sheet`, `panel`, `axis`, `pen` and `table` are the paper, `analogue` and `readings` the rulers; every other module is the figure of its name.

#![allow(clippy::unwrap_used, reason = "a figure that cannot be drawn is a failed test")]

mod analogue;
mod axis;
mod compressor_curves;
mod compressor_timing;
mod dither_spectrum;
mod equalizer_curves;
mod equalizer_error;
mod limiter_distortion;
mod limiter_gain;
mod limiter_intermodulation;
mod limiter_overs;
mod meter_deviation;
mod panel;
mod pen;
mod readings;
mod sheet;
mod table;
mod true_peak_deviation;

use std::path::{Path, PathBuf};

use table::Table;

/// A picture and the numbers in it.
struct Figure {
    /// The name of its files.
    name: &'static str,
    title: &'static str,
    svg: String,
    table: Table,
}

impl Figure {
    /// Writes the picture and its table, before anything is asserted: a broken promise can then be looked at.
    fn publish(&self) {
        let folder = std::env::var_os("STEMMA_FIGURES_DIR")
            .map_or_else(|| Path::new(env!("CARGO_TARGET_TMPDIR")).join("figures"), PathBuf::from);
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(self.name).with_extension("svg"), &self.svg).unwrap();
        let Self { name, title, table, .. } = self;
        let section = format!("## {name}\n\n{title}.\n\n![{title}]({name}.svg)\n\n{}", table.markdown());
        std::fs::write(folder.join(self.name).with_extension("md"), section).unwrap();
    }
}

#[test]
fn a_figure_is_the_same_bytes_every_time() {
    let [first, second] = [(), ()].map(|()| compressor_timing::measured().figure());
    assert!(first.svg == second.svg && first.table.markdown() == second.table.markdown());
}
