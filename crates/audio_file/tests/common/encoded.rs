//! Compressed sounds for tests, made by ffmpeg.

use std::path::Path;
use std::process::Command;

use audio_file::Audio;

use super::noise;

pub const RATE_HZ: u32 = 48_000;
/// No whole number of the frames of any of the codecs.
pub const FRAMES: usize = 48_123;

/// Encodes a WAV; false, and a word, where ffmpeg or its encoder is not on this machine.
pub fn encode(wav: &Path, options: &[&str], file: &Path) -> bool {
    let Ok(output) = Command::new("ffmpeg").args(["-v", "error", "-i"]).arg(wav).args(options).arg(file).output()
    else {
        println!("skipped: ffmpeg is not installed (apt-get install ffmpeg)");
        return false;
    };
    let said = String::from_utf8_lossy(&output.stderr);
    if said.contains("Unknown encoder") {
        println!("skipped: this ffmpeg has no such encoder: {}", said.trim());
        return false;
    }
    assert!(output.status.success(), "{said}");
    true
}

/// Noise up to some 3 kHz at half of full scale, different on both sides: every codec keeps that.
pub fn soft_noise() -> Audio {
    let mut sound = noise(RATE_HZ, 2, FRAMES);
    for row in &mut sound.channels {
        let mut smooth = [0.0; 3];
        for x in row.iter_mut() {
            let mut value = *x;
            for state in &mut smooth {
                *state += 0.3 * (value - *state);
                value = *state;
            }
            *x = value;
        }
    }
    sound
}

/// By how many frames a row is later than the original, up to 3 000 either way, and how alike they are there.
pub fn lag(row: &[f32], original: &[f32]) -> (i64, f64) {
    let middle = 20_000..24_000;
    let energy = |row: &[f32]| row.iter().map(|&x| f64::from(x) * f64::from(x)).sum::<f64>();
    let piece = &original[middle.clone()];
    let likeness = |lag: i64| {
        let start = (middle.start as i64 + lag) as usize;
        let other = &row[start..start + piece.len()];
        let product: f64 = piece.iter().zip(other).map(|(&a, &b)| f64::from(a) * f64::from(b)).sum();
        product / (energy(piece) * energy(other)).sqrt()
    };
    let best = (-3_000..=3_000).max_by(|&a, &b| likeness(a).total_cmp(&likeness(b))).unwrap();
    (best, likeness(best))
}
