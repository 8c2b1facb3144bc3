use dsp::{format::Format, limiter::*, oversample::PeakInterpolator};
use ebur128::{EbuR128, Mode};
use testkit::{
    rulers::{db, peak, true_peak},
    signals,
};

fn band_limited(signal: &[f32], sample_rate_hz: f64, cutoff_hz: f64) -> Vec<f32> {
    let half = 300i64;
    let fc = cutoff_hz / sample_rate_hz;
    let kernel: Vec<f64> = (-half..=half)
        .map(|k| {
            let x = k as f64;
            let s = if k == 0 { 2.0 * fc } else { (std::f64::consts::TAU * fc * x).sin() / (std::f64::consts::PI * x) };
            let w = (std::f64::consts::PI * x / (half as f64 + 1.0) / 2.0).cos();
            s * w * w * (1.0)
        })
        .collect();
    (0..signal.len() as i64)
        .map(|n| {
            kernel
                .iter()
                .enumerate()
                .map(|(j, c)| {
                    let i = n - (j as i64 - half);
                    if i >= 0 && (i as usize) < signal.len() { c * f64::from(signal[i as usize]) } else { 0.0 }
                })
                .sum::<f64>() as f32
        })
        .collect()
}

fn music(seed: u64, fs: f64, frames: usize) -> Vec<f32> {
    let pink = signals::pink_noise(seed, 0.12, frames);
    let white = signals::white_noise(seed + 100, 1.0, frames);
    let bass = signals::sine(55.0, 0.3, 0.0, fs, frames);
    let beat = (0.25 * fs) as usize;
    (0..frames)
        .map(|n| {
            let t = (n % beat) as f64 / fs;
            let kick =
                (-t / 0.08).exp() * (std::f64::consts::TAU * (50.0 * t + 8.0 * (1.0 - (-t / 0.03).exp()))).sin() * 0.7;
            let hat = (-t / 0.01).exp() * 0.8 * f64::from(white[n]);
            (f64::from(pink[n]) + f64::from(bass[n]) + kick + hat) as f32
        })
        .collect()
}

fn clip(x: &[f32], gain: f32) -> Vec<f32> {
    x.iter().map(|x| (x * gain).clamp(-1.0, 1.0)).collect()
}

#[test]
#[ignore]
fn figures() {
    let only = std::env::var("RATES").unwrap_or("44100,48000".into());
    for fs in only.split(',').map(|x| x.parse::<f64>().unwrap()) {
        let n = (fs * 1.0) as usize;
        let pink = signals::pink_noise(1, 1.0, n);
        let mut sync = Vec::new();
        for (p, q) in [(1, 4), (1, 3), (2, 5), (3, 8), (5, 12), (3, 7), (4, 9), (9, 20)] {
            for ph in 0..8 {
                sync.extend(signals::sine(fs * p as f64 / q as f64, 1.0, ph as f64 * 360.0 / 8.0 / q as f64, fs, 1500));
                sync.extend(vec![0.0; 500]);
            }
        }
        let mut flips = Vec::new();
        for k in [1, 2, 3, 4, 8, 16, 32] {
            flips.extend(signals::flipped_burst(k, 1.0, (0.05 * fs) as usize));
        }
        let mut imp = Vec::new();
        for k in 0..32 {
            imp.extend(signals::band_limited_impulse(1000.0 + k as f64 / 32.0, fs / 2.0, 1.0, fs, 2000));
        }
        let mut imp20 = Vec::new();
        for k in 0..32 {
            imp20.extend(signals::band_limited_impulse(1000.0 + k as f64 / 32.0, 20000.0, 1.0, fs, 2000));
        }
        let m = music(3, fs, n);
        let cases: Vec<(&str, Vec<f32>)> = vec![
            ("music full band", m.clone()),
            ("music 20k", band_limited(&m, fs, 19_800.0)),
            ("pink clip 6dB rms 20k", band_limited(&clip(&pink, 1.0), fs, 19_800.0)),
            ("pink rms-6 clip", clip(&pink, 0.5)),
            ("pink rms0 clip", clip(&pink, 1.0)),
            ("white clip x3", clip(&signals::white_noise(4, 1.0, n), 3.0)),
            ("random signs", signals::random_signs(5, 1.0, n)),
            ("square 997", signals::square(997.0, 1.0, fs, n)),
            ("sync sines", sync),
            ("flips", flips),
            ("impulse fs/2", imp),
            ("impulse 20k", imp20),
        ];
        for (name, signal) in &cases {
            for drive in [0.0, 6.0, 12.0] {
                let mut s = LimiterSettings { drive_db: drive, ..Default::default() };
                if let Ok(x) = std::env::var("LOOK") {
                    s.lookahead_ms = x.parse().unwrap();
                }
                let mut lim = Limiter::new(Format::mono(fs));
                lim.set(&s);
                let mut out = signal.clone();
                out.extend(vec![0.0; lim.latency_frames() + 100]);
                lim.process(&mut [&mut out]);
                let mut e = EbuR128::new(1, fs as u32, Mode::TRUE_PEAK).unwrap();
                e.add_frames_f32(&out).unwrap();
                let mut itu = PeakInterpolator::itu();
                let itu_peak = out.iter().map(|&x| itu.next(x)).fold(0.0, f32::max);
                let c = -1.0;
                println!(
                    "{fs:6} {name:24} +{drive:2}  sp {:+.4} itu {:+.4} lib {:+.4} true {:+.4}  max gr {:.2} share {:.2}",
                    db(peak(&out)) - c,
                    db(itu_peak as f64) - c,
                    db(e.true_peak(0).unwrap()) - c,
                    db(true_peak(&out)) - c,
                    lim.max_reduction_db(),
                    lim.reducing_share()
                );
            }
        }
    }
}

#[test]
#[ignore]
fn speed() {
    let fs = 48000.0;
    let mut lim = Limiter::new(Format::stereo(fs));
    lim.set(&LimiterSettings { drive_db: 6.0, ..Default::default() });
    let l = music(1, fs, 48000);
    let r = music(2, fs, 48000);
    for _ in 0..3 {
        let (mut a, mut b) = (l.clone(), r.clone());
        let t = std::time::Instant::now();
        for (x, y) in a.chunks_mut(512).zip(b.chunks_mut(512)) {
            lim.process(&mut [x, y]);
        }
        println!("{:.1} ns/frame", t.elapsed().as_nanos() as f64 / 48000.0);
    }
}
