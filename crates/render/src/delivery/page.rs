//! A delivery as one page, in the manner of the report of a master.

use super::{Delivery, Finding, Severity, plot, whole::LEVEL_MATCH_DB};
use crate::null_test::{NullTest, Verdict};
use crate::report::page::{cell, escaped, figure, number, number_cell, sentences, swatch, table, whole};
use crate::report::{Reading, WriteError, minutes};

/// The whole page as XHTML that needs nothing from the network. `[main]`
pub fn page(delivery: &Delivery) -> Result<String, WriteError> {
    let mut body = heading(delivery);
    body += &headline(delivery);
    body += &findings(&delivery.findings);
    if let Some(test) = &delivery.null_test {
        body += &null_test(test)?;
    }
    if let Some(svg) = plot::spectra(delivery)? {
        let stems = delivery.stems.iter().enumerate();
        let mut legend: String = stems.map(|(index, stem)| swatch(&escaped(&stem.name), plot::color(index))).collect();
        legend += &swatch("sum", plot::SUM);
        if delivery.reference.is_some() {
            legend += &swatch("mix", plot::REFERENCE);
        }
        body += &figure("Tone: thirds of an octave", &legend, &svg);
    }
    body += &stems(delivery);
    Ok(whole("Stemma delivery check", &body))
}

/// The verdict as a word.
pub fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "pass",
        Verdict::Warn => "warning",
        Verdict::Fail => "FAIL",
    }
}

fn class(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "within",
        Verdict::Warn => "unknown",
        Verdict::Fail => "over",
    }
}

fn heading(delivery: &Delivery) -> String {
    let mix =
        delivery.reference_file.as_ref().map_or("no mix to compare with".to_owned(), |path| path.display().to_string());
    format!(
        "<h1>Delivery check: <span class=\"{}\">{}</span></h1>\n<p class=\"about\">{} · {} · {} · {} kHz · {} stems · by {} {}</p>\n",
        class(delivery.verdict),
        verdict(delivery.verdict),
        escaped(&delivery.folder.display().to_string()),
        escaped(&mix),
        minutes(delivery.duration_s),
        f64::from(delivery.sample_rate_hz) / 1_000.0,
        delivery.stems.len(),
        escaped(&delivery.generator),
        escaped(&delivery.version),
    )
}

fn headline(delivery: &Delivery) -> String {
    let mut entries: Vec<(&str, Reading, usize, &str)> = Vec::new();
    if let Some(test) = &delivery.null_test {
        entries.push(("Left of mix − sum, worst 400 ms", test.residual.worst_relative_db, 1, "dB"));
        entries.push(("Left, peak", test.residual.peak_dbfs, 1, "dBFS"));
    }
    entries.push(("Peak of the sum", delivery.sum.figures.sample_peak_dbfs, 2, "dBFS"));
    entries.push(("Loudness of the sum", delivery.sum.figures.integrated_lufs, 1, "LUFS"));
    if let Some(mix) = &delivery.reference {
        entries.push(("Loudness of the mix", mix.figures.integrated_lufs, 1, "LUFS"));
    }
    let entry = |(name, reading, decimals, unit): (&str, Reading, usize, &str)| {
        let value = number(&reading.text(decimals));
        format!("<div><dt>{name}</dt><dd>{value} <small>{unit}</small></dd></div>\n")
    };
    format!("<dl class=\"figures\">\n{}</dl>\n", entries.into_iter().map(entry).collect::<String>())
}

/// What was found as a sentence with the name of the stem.
pub fn sentence(finding: &Finding) -> String {
    finding.stem.as_ref().map_or(finding.sentence.clone(), |stem| format!("{stem} {}", finding.sentence))
}

fn findings(findings: &[Finding]) -> String {
    let of = |severity: Severity| -> Vec<String> {
        findings.iter().filter(|finding| finding.severity == severity).map(sentence).collect()
    };
    sentences("What must be mended", &of(Severity::Fail))
        + &sentences("What someone should look at", &of(Severity::Warn))
        + &sentences("Notes", &of(Severity::Note))
}

fn null_test(test: &NullTest) -> Result<String, WriteError> {
    let mut causes = test.sentences.clone();
    if let Some(db) = test.repaired.as_ref().and_then(|left| left.worst_relative_db.value()) {
        causes.push(format!("With that, the worst 400 ms would be {db:.0} dB below the mix."));
    }
    let left = &test.residual;
    let rows: String = [
        ("Largest sample", left.peak_dbfs, "dBFS", Some(left.peak_at_s)),
        ("Loudest 400 ms", left.worst_rms_dbfs, "dBFS", Some(left.worst_at_s)),
        ("Middle 400 ms", left.median_rms_dbfs, "dBFS", None),
        ("Loudest 400 ms, relative to the mix", left.worst_relative_db, "dB", Some(left.worst_at_s)),
        ("Middle 400 ms, relative to the mix", left.median_relative_db, "dB", None),
    ]
    .into_iter()
    .map(|(name, reading, unit, at_s)| {
        let at = at_s.filter(|_| reading.value().is_some()).map_or(String::new(), minutes);
        format!("<tr>{}{}{}{}</tr>\n", cell(name), number_cell(reading.text(1)), cell(unit), number_cell(at))
    })
    .collect();
    let mut text = sentences("Why the stems are not the mix", &causes);
    text += &table("What is left of mix − sum", &[("", false), ("", true), ("", false), ("at", true)], &rows);
    let legend = swatch("inaudible", plot::QUIET) + &swatch("too much", plot::RESIDUAL);
    text += &figure("What is left in each octave, relative to the mix", &legend, &plot::bands(test)?);
    if let Some(svg) = plot::moments(test)? {
        let legend = swatch("mix", plot::REFERENCE) + &swatch("what is left", plot::RESIDUAL);
        text += &figure("What is left over the song", &legend, &svg);
    }
    let allowed = format!("allowed: ±{LEVEL_MATCH_DB} dB");
    let title = "Level of the sum against the mix, thirds of an octave";
    text += &figure(title, &allowed, &plot::level_matches(test, LEVEL_MATCH_DB)?);
    Ok(text)
}

fn stems(delivery: &Delivery) -> String {
    let row = |stem: &super::StemCheck| {
        let texts = [&stem.name, stem.role.name(), &stem.file, &stem.samples].map(cell).concat();
        let numbers = [
            format!("{}", f64::from(stem.sample_rate_hz) / 1_000.0),
            stem.channels.to_string(),
            minutes(stem.frames as f64 / f64::from(stem.sample_rate_hz.max(1))),
            stem.sample_peak_dbfs.text(1),
            stem.rms_dbfs.text(1),
            stem.correlation.text(2),
            stem.clipped_samples.to_string(),
            stem.dc_dbfs.text(0),
        ];
        format!("<tr>{texts}{}</tr>\n", numbers.map(number_cell).concat())
    };
    let head = [
        ("Stem", false),
        ("Role", false),
        ("File", false),
        ("Samples", false),
        ("kHz", true),
        ("Channels", true),
        ("Length", true),
        ("Peak dBFS", true),
        ("RMS dBFS", true),
        ("Correlation", true),
        ("Clipped", true),
        ("DC dBFS", true),
    ];
    table("Stems", &head, &delivery.stems.iter().map(row).collect::<String>())
}
