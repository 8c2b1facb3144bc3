//! Reports as tables for the terminal: the stems, the master, what the platforms will do; the figures of files.

use crate::measure::Measured;
use crate::report::{Figures, Reading, Report, TruePeakVerdict};
use comfy_table::{Cell, CellAlignment, LineStyle, Table, TableStyle};
use targets::{Direction, Kind, Targets};

/// The report as text: lines of aligned columns, without colours, ending in a newline. `[main]`
pub fn text(report: &Report) -> String {
    let mut sections = Vec::new();
    if !report.stems.is_empty() {
        sections.push(stems(report));
    }
    sections.push(master(&report.master));
    if !report.versions.is_empty() {
        sections.push(versions(report));
    }
    if !report.targets.is_empty() {
        sections.push(platforms(report));
    }
    sections.extend(report.mastering.iter().map(|mastering| printable(&mastering.sentence)));
    sections.extend(report.events.iter().map(|event| format!("Event: {}", printable(event))));
    sections.extend(report.notes.iter().map(|note| format!("Note: {}", printable(note))));
    sections.join("\n\n") + "\n"
}

/// The figures of files, a line each, as text like [`text`]. `[main]`
pub fn files(files: &[Measured]) -> String {
    let head =
        ["File", "I LUFS", "LRA LU", "max M", "max S", "True peak dBTP", "ITU", "Sample dBFS", "PLR LU", "Corr."];
    let mut table = lined_table(&head, 1..head.len());
    for file in files {
        let figures = &file.figures;
        table.add_row([
            printable(&file.file.to_string_lossy()),
            figures.integrated_lufs.text(1),
            figures.range_lu.text(1),
            figures.max_momentary_lufs.text(1),
            figures.max_short_term_lufs.text(1),
            figures.true_peak_dbtp.text(2),
            figures.itu_true_peak_dbtp.text(2),
            figures.sample_peak_dbfs.text(2),
            figures.plr_lu.text(1),
            figures.correlation.text(2),
        ]);
    }
    table.trim_fmt() + "\n"
}

fn stems(report: &Report) -> String {
    let mut table =
        lined_table(&["Stem", "Role", "max M LUFS", "max S LUFS", "I LUFS", "True peak dBTP", "Reduction dB"], 2..7);
    for stem in &report.stems {
        let figures = &stem.figures;
        table.add_row([
            printable(&stem.name),
            stem.role.name().to_owned(),
            figures.max_momentary_lufs.text(1),
            figures.max_short_term_lufs.text(1),
            figures.integrated_lufs.text(1),
            figures.true_peak_dbtp.text(2),
            figures.max_gain_reduction_db.text(1),
        ]);
    }
    table.trim_fmt()
}

fn master(figures: &Figures) -> String {
    let mut table = lined_table(&["Master", "", ""], 1..2);
    let lines = [
        ("Integrated loudness", figures.integrated_lufs, 1, "LUFS"),
        ("Loudness range", figures.range_lu, 1, "LU"),
        ("Loudest moment (400 ms)", figures.max_momentary_lufs, 1, "LUFS"),
        ("Loudest 3 seconds", figures.max_short_term_lufs, 1, "LUFS"),
        ("True peak", figures.true_peak_dbtp, 2, "dBTP"),
        ("True peak, ITU filter", figures.itu_true_peak_dbtp, 2, "dBTP"),
        ("Largest sample", figures.sample_peak_dbfs, 2, "dBFS"),
        ("Peak to loudness", figures.plr_lu, 1, "LU"),
        ("Correlation", figures.correlation, 2, ""),
        ("Most gain reduction", figures.max_gain_reduction_db, 1, "dB"),
    ];
    for (name, reading, decimals, unit) in lines {
        table.add_row([name.to_owned(), reading.text(decimals), unit.to_owned()]);
    }
    table.trim_fmt()
}

fn versions(report: &Report) -> String {
    let mut table = lined_table(&["Version", "I LUFS", "max S LUFS", "True peak dBTP", "File"], 1..4);
    for version in &report.versions {
        let figures = &version.figures;
        table.add_row([
            printable(&version.name),
            figures.integrated_lufs.text(1),
            figures.max_short_term_lufs.text(1),
            figures.true_peak_dbtp.text(2),
            printable(&version.file.to_string_lossy()),
        ]);
    }
    table.trim_fmt()
}

/// The table of platforms, each figure with its source and date, as text like [`text`]. `[main]`
pub fn targets(targets: &Targets) -> String {
    let head = ["Id", "Platform", "LUFS", "Turned up", "True peak dBTP", "Source", "Read", "Trust"];
    let mut table = lined_table(&head, 2..3);
    if let Some(column) = table.column_mut(4) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    for target in targets.all() {
        let turned_up = match (target.kind, target.direction) {
            (Kind::Playback, Direction::No) => "no",
            (Kind::Playback, Direction::PeakConstrained) => "as peaks allow",
            (Kind::Playback, Direction::Limiter) => "with a limiter",
            (Kind::Playback, Direction::Unknown) => "unknown",
            (Kind::Delivery, _) => "as delivered",
            (Kind::Medium, _) => "as mastered",
        };
        table.add_row([
            printable(&target.id),
            printable(&target.title()),
            Reading::from(target.loudness_lufs).text(1),
            turned_up.to_owned(),
            Reading::from(target.true_peak_dbtp).text(1),
            printable(&target.source),
            printable(&target.retrieved),
            format!("{:?}", target.confidence),
        ]);
    }
    table.trim_fmt() + "\n"
}

fn platforms(report: &Report) -> String {
    let mut table = lined_table(
        &["Platform", "Target LUFS", "Distance LU", "Gain dB", "Plays at LUFS", "True peak", "Verdict"],
        1..5,
    );
    for target in &report.targets {
        let peak = match target.true_peak_verdict {
            TruePeakVerdict::Within => "within",
            TruePeakVerdict::Over => "OVER",
            TruePeakVerdict::Unknown => "—",
        };
        let platform = [&target.name, &target.mode].map(|text| printable(text)).join(" ");
        table.add_row([
            platform.trim_end().to_owned(),
            target.loudness_lufs.text(1),
            target.distance_lu.signed_text(1),
            target.playback_gain_db.signed_text(1),
            target.plays_at_lufs.text(1),
            peak.to_owned(),
            printable(&target.sentence),
        ]);
    }
    table.trim_fmt()
}

/// A table with a line under its head; the columns in `numbers` stand flush right. `[main]`
pub fn lined_table(head: &[&str], numbers: std::ops::Range<usize>) -> Table {
    let mut table = Table::new();
    table.load_style(TableStyle::new().header_separator(LineStyle::none().fill('─').junction('─')));
    table.set_header(head.iter().map(Cell::new));
    for column in table.column_iter_mut() {
        column.set_padding((0, 1));
    }
    for index in numbers {
        if let Some(column) = table.column_mut(index) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}

/// Text from outside without control characters: a file's name must not move the cursor. `[main]`
pub fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}
