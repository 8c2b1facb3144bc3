//! ffmpeg's `ebur128` filter: a measurement we did not write.

use std::path::Path;
use std::process::Command;

/// What ffmpeg says of a file; it prints one decimal.
#[derive(Debug)]
pub struct Measurement {
    pub integrated_lufs: f64,
    pub range_lu: f64,
    pub true_peak_dbfs: f64,
}

/// Whether ffmpeg is on this machine; says so when not.
pub fn is_here() -> bool {
    let here = Command::new("ffmpeg").arg("-version").output().is_ok();
    if !here {
        println!("skipped: ffmpeg is not installed (apt-get install ffmpeg)");
    }
    here
}

/// Measures a file.
pub fn measure(path: &Path) -> Measurement {
    let output = Command::new("ffmpeg")
        .args(["-nostats", "-hide_banner", "-i"])
        .arg(path)
        .args(["-af", "ebur128=peak=true", "-f", "null", "-"])
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    let summary = text.rsplit_once("Summary:").unwrap_or_else(|| panic!("no summary for {}: {text}", path.display())).1;
    let value = |name: &str| -> f64 {
        let line = summary.lines().find(|line| line.trim_start().starts_with(name)).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    };
    Measurement { integrated_lufs: value("I:"), range_lu: value("LRA:"), true_peak_dbfs: value("Peak:") }
}
