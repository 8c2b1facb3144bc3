//! The VST3 bundles in two foreign hosts, pedalboard and DawDreamer: the same sound as the CLAP ones, to the bit.
//!
//! Needs `python3` with the modules `pedalboard` and `dawdreamer`; what is missing is skipped, with a word. Every script
//! runs in a process and a session place of its own, and not for ever.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::bundles::{Product, private_directory};
use crate::fake_host::{Offer, Plugin};
use crate::signal::{Channels, bits, noise, process};

const BLOCK_FRAMES: usize = 512;
const FRAMES: usize = 24_000;
const PATIENCE: Duration = Duration::from_secs(300);

/// Places on the controls, exact as `f32`, which is how both hosts pass them on; on both plugins.
const PLACES: [(&str, f64); 9] = [
    ("Bell 1 on", 1.0),
    ("Bell 1 gain", 0.75),
    ("Bell 2 on", 1.0),
    ("Bell 2 gain", 0.375),
    ("Bell 2 frequency", 0.625),
    ("High-pass", 1.0),
    ("Compressor on", 1.0),
    ("Threshold", 0.5),
    ("Detector", 1.0),
];

/// What the CLAP path makes of a signal, with these places set before the start.
fn clap_sound(product: Product, input: &Channels, rate_hz: f64) -> (Channels, usize) {
    let mut plugin = Plugin::new(product, Offer::All);
    let values: Vec<_> = PLACES
        .iter()
        .map(|&(name, place)| {
            let parameter = plugin.parameter(name);
            (parameter.id, parameter.at(place))
        })
        .collect();
    plugin.set(&values);
    assert!(plugin.activate(rate_hz, BLOCK_FRAMES as u32));
    let audio = plugin.audio();
    audio.start();
    (process(audio, input, BLOCK_FRAMES), plugin.latency_frames() as usize)
}

/// One signal through the plugin; each in a file of raw samples, one channel after the other.
struct Run {
    input: Channels,
    rate_hz: f64,
    output: PathBuf,
}

fn write(path: &Path, channels: &Channels) {
    let bytes: Vec<u8> = channels.iter().flatten().flat_map(|sample| sample.to_le_bytes()).collect();
    std::fs::write(path, bytes).unwrap();
}

fn read(path: &Path, channel_count: usize) -> Channels {
    let bytes = std::fs::read(path).unwrap();
    let samples: Vec<f32> = bytes.chunks_exact(4).map(|bytes| f32::from_le_bytes(bytes.try_into().unwrap())).collect();
    samples.chunks_exact(samples.len() / channel_count).map(<[f32]>::to_vec).collect()
}

/// Whether python3 has a module; says so when not.
fn has_module(module: &str) -> bool {
    let found = Command::new("python3")
        .args(["-c", &format!("import {module}")])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    if !found {
        println!("skipped: python3 has no module {module}");
    }
    found
}

/// Lets a host play signals through the VST3 bundle; returns where the outputs are. `purpose` names the test.
fn play(host: &str, purpose: &str, product: Product, signals: Vec<(Channels, f64)>) -> Vec<Run> {
    let purpose = format!("{host}-{purpose}-{}", product.name().replace(' ', "-").to_lowercase());
    let (place, folder) = (private_directory(&purpose), private_directory(&format!("{purpose}-files")));
    let mut runs = Vec::new();
    let mut described: Vec<Value> = Vec::new();
    for (index, (input, rate_hz)) in signals.into_iter().enumerate() {
        let (source, output) = (folder.join(format!("{index}-in.f32")), folder.join(format!("{index}-out.f32")));
        write(&source, &input);
        described.push(json!({
            "input": source,
            "output": output,
            "channels": input.len(),
            "rate": rate_hz as u32,
            "block": BLOCK_FRAMES,
        }));
        runs.push(Run { input, rate_hz, output });
    }
    let parameters: serde_json::Map<_, _> =
        PLACES.iter().map(|&(name, place)| (name.to_owned(), json!(place))).collect();
    let job = json!({ "bundle": product.vst3_bundle(), "parameters": parameters, "runs": described });
    let job_path = folder.join("job.json");
    std::fs::write(&job_path, job.to_string()).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("python").join(format!("{host}_host.py"));
    let log_path = folder.join("log.txt");
    let log = std::fs::File::create(&log_path).unwrap();
    let mut child = Command::new("python3")
        .arg(script)
        .arg(&job_path)
        .env("STEMMA_SESSION_DIR", &place)
        .stdout(log.try_clone().unwrap())
        .stderr(log)
        .spawn()
        .unwrap();
    let end = Instant::now() + PATIENCE;
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if Instant::now() > end {
            child.kill().unwrap();
            panic!("{host} with {} does not come to an end", product.name());
        }
        std::thread::sleep(Duration::from_millis(20));
    };
    let told = std::fs::read_to_string(&log_path).unwrap_or_default();
    assert!(status.success(), "{host} with {}: {status}\n{told}", product.name());
    // What remains of the place is of no use to anybody; another process may be quicker.
    let _ = std::fs::remove_dir_all(place);
    runs
}

/// The samples that both have, bit for bit. No tolerance: it is the same code on the same blocks.
fn assert_same(what: &str, vst3: &Channels, clap: &Channels) {
    let length = vst3[0].len().min(clap[0].len());
    for (channel, (vst3, clap)) in bits(vst3).iter().zip(&bits(clap)).enumerate() {
        let first = (0..length).find(|&frame| vst3[frame] != clap[frame]);
        assert_eq!(first, None, "{what}: channel {channel} differs from this frame on");
    }
}

#[test]
fn dawdreamer_hears_what_a_clap_host_hears() {
    if !has_module("dawdreamer") {
        return;
    }
    for product in Product::ALL {
        let signals = [48_000.0, 44_100.0, 96_000.0].map(|rate| (noise(rate as u64, 2, FRAMES), rate));
        for run in play("dawdreamer", "rates", product, signals.into()) {
            // DawDreamer does not compensate the latency of a single chain: what comes out is what the plugin made.
            let (expected, _) = clap_sound(product, &run.input, run.rate_hz);
            let output = read(&run.output, 2);
            assert!(output[0].len() >= FRAMES, "{product:?}: only {} frames", output[0].len());
            assert_same(&format!("{product:?} at {} Hz", run.rate_hz), &output, &expected);
        }
    }
}

#[test]
fn pedalboard_hears_what_a_clap_host_hears() {
    if !has_module("pedalboard") {
        return;
    }
    for product in Product::ALL {
        // The same instance throughout: the rate changes back and forth, and every run starts from a reset.
        let rates = [48_000.0, 44_100.0, 192_000.0, 48_000.0];
        let signals = rates.map(|rate| (noise(rate as u64, 2, FRAMES), rate));
        for run in play("pedalboard", "rates", product, signals.into()) {
            let (expected, latency_frames) = clap_sound(product, &run.input, run.rate_hz);
            // pedalboard takes the latency off the front and does not ask for the tail.
            let expected: Channels = expected.iter().map(|channel| channel[latency_frames..].to_vec()).collect();
            let output = read(&run.output, 2);
            assert!(output[0].len() + latency_frames >= FRAMES, "{product:?}: only {} frames", output[0].len());
            assert_same(&format!("{product:?} at {} Hz", run.rate_hz), &output, &expected);
        }
    }
}

#[test]
fn a_mono_file_in_pedalboard_is_refused_with_a_sentence_and_nothing_breaks() {
    if !has_module("pedalboard") {
        return;
    }
    // The VST3 is stereo only, because clap-wrapper knows one arrangement of ports; pedalboard asks before it plays.
    for product in Product::ALL {
        let stereo = noise(8, 2, FRAMES);
        let signals = vec![(noise(7, 1, FRAMES), 48_000.0), (stereo, 48_000.0)];
        let runs = play("pedalboard", "mono", product, signals);
        let refusal = std::fs::read_to_string(&runs[0].output).unwrap();
        assert!(refusal.contains("does not support 1-channel"), "{product:?}: {refusal}");
        let (expected, latency_frames) = clap_sound(product, &runs[1].input, runs[1].rate_hz);
        let expected: Channels = expected.iter().map(|channel| channel[latency_frames..].to_vec()).collect();
        assert_same(&format!("{product:?} after a mono file"), &read(&runs[1].output, 2), &expected);
    }
}
