//! A delivery for the terminal: the stems, what was found, what is left of the mix and why.

use super::page::{sentence, verdict};
use super::{Delivery, Severity};
use crate::null_test::NullTest;
use crate::report::minutes;
use crate::table::{lined_table, printable};

/// The check as text: lines of aligned columns, without colours, ending in a newline. `[main]`
pub fn text(delivery: &Delivery) -> String {
    let mut sections = vec![stems(delivery)];
    let findings: Vec<String> = delivery
        .findings
        .iter()
        .map(|finding| {
            let grave = match finding.severity {
                Severity::Fail => "FAIL",
                Severity::Warn => "Warning",
                Severity::Note => "Note",
            };
            format!("{grave}: {}", printable(&sentence(finding)))
        })
        .collect();
    sections.extend((!findings.is_empty()).then(|| findings.join("\n")));
    sections.push(delivery.null_test.as_ref().map_or_else(
        || "Null test: none (it takes the mix, --reference FILE, and complete stems)".to_owned(),
        null_test,
    ));
    sections.push(format!("Verdict: {}", verdict(delivery.verdict)));
    sections.join("\n\n") + "\n"
}

fn stems(delivery: &Delivery) -> String {
    let head = ["Stem", "Role", "kHz", "Samples", "Ch.", "Length", "Peak dBFS", "RMS dBFS", "Corr.", "Clipped"];
    let mut table = lined_table(&head, 4..head.len());
    for stem in &delivery.stems {
        table.add_row([
            printable(&stem.name),
            stem.role.name().to_owned(),
            format!("{}", f64::from(stem.sample_rate_hz) / 1_000.0),
            stem.samples.clone(),
            stem.channels.to_string(),
            minutes(stem.frames as f64 / f64::from(stem.sample_rate_hz.max(1))),
            stem.sample_peak_dbfs.text(1),
            stem.rms_dbfs.text(1),
            stem.correlation.text(2),
            stem.clipped_samples.to_string(),
        ]);
    }
    let sum = &delivery.sum.figures;
    let mut row = vec![String::new(); head.len()];
    row[0] = "Sum".to_owned();
    row[6] = sum.sample_peak_dbfs.text(1);
    row[8] = sum.correlation.text(2);
    table.add_row(row);
    table.trim_fmt()
}

fn null_test(test: &NullTest) -> String {
    let left = &test.residual;
    let mut lines = match left.peak_dbfs.value() {
        None => vec!["Null test: pass. Nothing is left: the sum is the mix, to the bit.".to_owned()],
        Some(peak) => vec![
            format!("Null test: {}. Left of mix − sum:", verdict(test.verdict)),
            format!("  peak {peak:.1} dBFS at {}", minutes(left.peak_at_s)),
            format!(
                "  loudest 400 ms {} dBFS, {} dB relative to the mix, at {}",
                left.worst_rms_dbfs.text(1),
                left.worst_relative_db.text(1),
                minutes(left.worst_at_s)
            ),
        ],
    };
    lines.extend(left.median_relative_db.value().map(|db| format!("  middle 400 ms {db:.1} dB relative to the mix")));
    lines.extend(test.sentences.iter().map(|sentence| format!("  → {}", printable(sentence))));
    if let Some(db) = test.repaired.as_ref().and_then(|left| left.worst_relative_db.value()) {
        lines.push(format!("    With that, the worst 400 ms would be {db:.0} dB below the mix."));
    }
    lines.join("\n")
}
