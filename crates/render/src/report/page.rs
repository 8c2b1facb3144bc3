//! The report as one page: dark, calm, large numbers, nothing loaded from elsewhere.

use super::{
    Curves, Figures, Reading, Report, TargetVerdict, TruePeakVerdict, WriteError,
    plot::{self, minutes},
};
use plotters::style::RGBColor;
use std::fmt::Write;

const STYLE: &str = "
:root { color-scheme: dark; }
body { background: #101317; color: #e8edf2; font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 62rem; padding: 2rem 1.25rem 4rem; }
h1 { font-size: 1.5rem; margin: 0; }
h2 { font-size: 1.1rem; margin: 2.5rem 0 0.75rem; color: #b8c2ce; }
p.about, footer { color: #b8c2ce; margin: 0.25rem 0 0; }
dl.figures { display: grid; grid-template-columns: repeat(auto-fill, minmax(11rem, 1fr)); gap: 0.75rem; margin: 1.5rem 0 0; }
dl.figures div { background: #171b21; border-radius: 0.5rem; padding: 0.75rem 1rem; }
dl.figures dt { color: #b8c2ce; font-size: 0.85rem; }
dl.figures dd { margin: 0; font-size: 1.9rem; font-variant-numeric: tabular-nums; line-height: 1.2; }
dl.figures small { color: #b8c2ce; font-size: 0.9rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th { color: #b8c2ce; font-weight: normal; font-size: 0.85rem; text-align: left; vertical-align: bottom; }
th, td { padding: 0.45rem 0.75rem; border-bottom: 1px solid #2c333d; }
td.number, th.number { text-align: right; white-space: nowrap; }
td.sentence { min-width: 18rem; }
.within { color: #8fe3a8; } .over { color: #ff8f70; } .unknown { color: #b8c2ce; }
figure { margin: 1rem 0 0; } svg { width: 100%; height: auto; border-radius: 0.5rem; }
figcaption { color: #b8c2ce; font-size: 0.85rem; } .swatch { padding-left: 1rem; font-weight: bold; }
";

/// The whole page as XHTML.
pub fn page(report: &Report, curves: &Curves) -> Result<String, WriteError> {
    let mut body = String::new();
    body.push_str(&heading(report));
    if let Some(mastering) = &report.mastering {
        let class = if mastering.reached { "within" } else { "over" };
        let _ = writeln!(body, "<p class=\"{class}\">{}</p>", number(&escaped(&mastering.sentence)));
    }
    body.push_str(&headline(&report.master));
    body.push_str(&platforms(&report.targets));
    body.push_str(&loudness_figure(curves)?);
    body.push_str(&spectrum_figure(curves)?);
    body.push_str(&stems(report));
    body.push_str(&versions(report));
    body.push_str(&sentences("What happened", &report.events));
    body.push_str(&sentences("Notes", &report.notes));
    Ok(whole(&format!("{} report", report.generator), &body))
}

/// A page from its title and body.
pub fn whole(title: &str, body: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html xmlns=\"http://www.w3.org/1999/xhtml\" lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n<title>{}</title>\n\
         <style>{STYLE}</style>\n</head>\n<body>\n{body}</body>\n</html>\n",
        escaped(title)
    )
}

/// A list of sentences from anywhere; nothing if there are none.
pub fn sentences(title: &str, sentences: &[String]) -> String {
    if sentences.is_empty() {
        return String::new();
    }
    let items: String = sentences.iter().map(|sentence| format!("<li>{}</li>\n", escaped(sentence))).collect();
    format!("<h2>{title}</h2>\n<ul>\n{items}</ul>\n")
}

fn heading(report: &Report) -> String {
    format!(
        "<h1>Master report</h1>\n<p class=\"about\">{} · {} kHz · {} stems · measured by {} {}</p>\n",
        minutes(report.duration_s),
        report.sample_rate_hz / 1_000.0,
        report.stems.len(),
        escaped(&report.generator),
        escaped(&report.version),
    )
}

fn headline(figures: &Figures) -> String {
    let entries = [
        ("Integrated loudness", figures.integrated_lufs, 1, "LUFS"),
        ("True peak", figures.true_peak_dbtp, 2, "dBTP"),
        ("Loudness range", figures.range_lu, 1, "LU"),
        ("Peak to loudness", figures.plr_lu, 1, "LU"),
        ("Loudest moment (400 ms)", figures.max_momentary_lufs, 1, "LUFS"),
        ("Loudest 3 seconds", figures.max_short_term_lufs, 1, "LUFS"),
        ("True peak, ITU filter", figures.itu_true_peak_dbtp, 2, "dBTP"),
        ("Largest sample", figures.sample_peak_dbfs, 2, "dBFS"),
        ("Most gain reduction", figures.max_gain_reduction_db, 1, "dB"),
        ("Correlation", figures.correlation, 2, ""),
    ];
    let mut text = String::from("<dl class=\"figures\">\n");
    for (name, reading, decimals, unit) in entries {
        let value = number(&reading.text(decimals));
        let _ = writeln!(text, "<div><dt>{name}</dt><dd>{value} <small>{unit}</small></dd></div>");
    }
    text + "</dl>\n"
}

fn platforms(targets: &[TargetVerdict]) -> String {
    if targets.is_empty() {
        return String::new();
    }
    let mut rows = String::new();
    for target in targets {
        let (class, peak) = match target.true_peak_verdict {
            TruePeakVerdict::Within => ("within", "within"),
            TruePeakVerdict::Over => ("over", "over"),
            TruePeakVerdict::Unknown => ("unknown", "no advice"),
        };
        let mut row = cell(format!("{} · {}", target.name, target.mode).trim_end_matches(" · "));
        row += &number_cell(target.loudness_lufs.text(1));
        row += &number_cell(target.distance_lu.signed_text(1));
        row += &number_cell(target.playback_gain_db.signed_text(1));
        row += &number_cell(target.plays_at_lufs.text(1));
        row += &format!("<td class=\"{class}\">{peak}</td>");
        row += &format!("<td class=\"sentence\">{}</td>", escaped(&target.sentence));
        row += &cell(&format!("{} ({}, {})", target.source, target.retrieved, target.confidence));
        let _ = writeln!(rows, "<tr>{row}</tr>");
    }
    let head = [
        ("Platform", false),
        ("Target LUFS", true),
        ("Distance LU", true),
        ("Playback gain dB", true),
        ("Plays at LUFS", true),
        ("True peak", false),
        ("Verdict", false),
        ("Source (read on, confidence)", false),
    ];
    table("Where it plays", &head, &rows)
}

fn stems(report: &Report) -> String {
    if report.stems.is_empty() {
        return String::new();
    }
    let mut rows = String::new();
    let named = report.stems.iter().map(|stem| (stem.name.as_str(), stem.role.name(), &stem.figures));
    for (name, role, figures) in named.chain([("Master", "", &report.master)]) {
        let numbers = [
            (figures.integrated_lufs, 1),
            (figures.max_momentary_lufs, 1),
            (figures.max_short_term_lufs, 1),
            (figures.range_lu, 1),
            (figures.true_peak_dbtp, 2),
            (figures.plr_lu, 1),
            (figures.correlation, 2),
            (figures.max_gain_reduction_db, 1),
        ];
        let numbers: String =
            numbers.into_iter().map(|(reading, decimals): (Reading, _)| number_cell(reading.text(decimals))).collect();
        let _ = writeln!(rows, "<tr>{}{}{numbers}</tr>", cell(name), cell(role));
    }
    let head = [
        ("Stem", false),
        ("Role", false),
        ("I LUFS", true),
        ("max M LUFS", true),
        ("max S LUFS", true),
        ("LRA LU", true),
        ("True peak dBTP", true),
        ("PLR LU", true),
        ("Correlation", true),
        ("Reduction dB", true),
    ];
    table("Stems", &head, &rows)
}

fn versions(report: &Report) -> String {
    if report.versions.is_empty() {
        return String::new();
    }
    let mut rows = String::new();
    for version in &report.versions {
        let Figures { integrated_lufs, max_short_term_lufs, true_peak_dbtp, .. } = version.figures;
        let numbers = [integrated_lufs.text(1), max_short_term_lufs.text(1), true_peak_dbtp.text(2)];
        let file = version.file.file_name().unwrap_or_default().to_string_lossy();
        let _ = writeln!(rows, "<tr>{}{}{}</tr>", cell(&version.name), numbers.map(number_cell).concat(), cell(&file));
    }
    let head = [("Version", false), ("I LUFS", true), ("max S LUFS", true), ("True peak dBTP", true), ("File", false)];
    table("Versions", &head, &rows)
}

fn spectrum_figure(curves: &Curves) -> Result<String, WriteError> {
    let Some(svg) = plot::spectra(curves)? else { return Ok(String::new()) };
    let named = curves.spectra.iter().enumerate();
    let legend: String =
        named.map(|(index, curve)| swatch(&escaped(&curve.name), plot::spectrum_color(index, curves))).collect();
    Ok(figure("Average spectrum, power in a sixth of an octave", &legend, &svg))
}

fn loudness_figure(curves: &Curves) -> Result<String, WriteError> {
    let mut text = String::new();
    if let Some(svg) = plot::loudness(curves)? {
        let mut legend = swatch("momentary", plot::MOMENTARY) + &swatch("short-term", plot::SHORT_TERM);
        if curves.target_lufs.is_some() {
            legend += &swatch("target", plot::TARGET);
        }
        text += &figure("Loudness over time", &legend, &svg);
    }
    if let Some(svg) = plot::reduction(curves)? {
        text += &figure("Limiter over time", &swatch("gain reduction", plot::REDUCTION), &svg);
    }
    Ok(text)
}

/// A drawing with its title and legend.
pub fn figure(title: &str, legend: &str, svg: &str) -> String {
    format!("<h2>{title}</h2>\n<figure>\n{svg}<figcaption>{legend}</figcaption>\n</figure>\n")
}

/// An entry of a legend.
pub fn swatch(name: &str, RGBColor(red, green, blue): RGBColor) -> String {
    format!("<span class=\"swatch\" style=\"color:#{red:02x}{green:02x}{blue:02x}\">— {name}</span>")
}

/// A table; the columns whose head says so hold numbers.
pub fn table(title: &str, head: &[(&str, bool)], rows: &str) -> String {
    let class = |number: bool| if number { " class=\"number\"" } else { "" };
    let head: String = head.iter().map(|&(name, number)| format!("<th{}>{name}</th>", class(number))).collect();
    format!(
        "<h2>{title}</h2>\n<div class=\"wide\"><table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table></div>\n"
    )
}

/// A cell of text from anywhere.
pub fn cell(text: &str) -> String {
    format!("<td>{}</td>", escaped(text))
}

/// A cell that holds a number.
pub fn number_cell(text: String) -> String {
    format!("<td class=\"number\">{}</td>", number(&text))
}

/// A number in print has a minus, not a hyphen.
pub fn number(text: &str) -> String {
    text.replace('-', "−")
}

/// Text from outside, made harmless: no markup, and no character that XML forbids.
pub fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            '\t' | '\n' => safe.push(' '),
            '\u{FFFE}' | '\u{FFFF}' => safe.push('\u{FFFD}'),
            c if c.is_control() => safe.push('\u{FFFD}'),
            c => safe.push(c),
        }
    }
    safe
}
