//! The audio thread of the real plugins never asks for memory and never gives any back.
#![allow(unsafe_code, reason = "blocks are C structs, prepared before the clock runs")]

use std::time::{Duration, Instant};

use clap_sys::events::clap_event_param_value;
use clap_sys::ext::params::CLAP_PARAM_IS_STEPPED;
use clap_sys::process::{CLAP_PROCESS_ERROR, clap_process};
use session::identity::{Identity, Info, Kind};
use session::member::{Member, Place};
use testkit::signals::Random;

use crate::bundles::{Product, session_directory};
use crate::fake_host::{InputEvents, Offer, OutputEvents, Parameter, Plugin, value_event};
use crate::probe;
use crate::signal::{empty_block, noise, port};

/// Turns everything on: switches to "on", choices to their last, numbers to the middle.
fn turn_everything_on(plugin: &Plugin) {
    let values: Vec<_> = plugin
        .parameters()
        .iter()
        .map(|parameter| {
            let is_choice = parameter.flags & CLAP_PARAM_IS_STEPPED != 0;
            let stays_off = parameter.name.ends_with("ypass") || parameter.name == "Mute";
            let value = if stays_off { parameter.min } else { parameter.at(if is_choice { 1.0 } else { 0.5 }) };
            (parameter.id, value)
        })
        .collect();
    plugin.set(&values);
}

/// A few parameters on the move, at odd times of the block.
fn moves(random: &mut Random, parameters: &[Parameter], frames: usize) -> Vec<clap_event_param_value> {
    let mut times: Vec<_> = (0..6).map(|_| random.below(frames) as u32).collect();
    times.sort_unstable();
    times
        .into_iter()
        .map(|time| {
            let parameter = &parameters[random.below(parameters.len())];
            value_event(time, parameter.id, parameter.at((random.uniform() + 1.0) / 2.0))
        })
        .collect()
}

/// Where the audio thread asked for memory: the act, and how often.
type Findings = Vec<(String, usize)>;

/// Starts, processes, resets and stops a plugin on a thread of its own; returns where memory was touched.
fn play(plugin: &Plugin, channels: usize, frames: usize, block_count: usize) -> Findings {
    let parameters = plugin.parameters();
    let mut random = Random::new(frames as u64);
    let events: Vec<_> = (0..block_count).map(|_| moves(&mut random, &parameters, frames)).collect();
    let audio = plugin.audio();
    let run = move || {
        let lists: Vec<_> = events.iter().map(|events| InputEvents::new(events)).collect();
        let input = noise(frames as u64, channels, frames);
        let mut output = input.clone();
        let mut told = OutputEvents::new();
        let mut source: Vec<_> = input.iter().map(|channel| channel.as_ptr().cast_mut()).collect();
        let mut sink: Vec<_> = output.iter_mut().map(|channel| channel.as_mut_ptr()).collect();
        let mut counts = vec![0; block_count];
        let started = probe::count(|| audio.start()).unwrap_or(0);
        for (list, count) in lists.iter().zip(&mut counts) {
            let (inputs, mut outputs) = ([port(&mut source)], [port(&mut sink)]);
            let block = clap_process {
                audio_inputs: inputs.as_ptr(),
                audio_inputs_count: 1,
                audio_outputs: outputs.as_mut_ptr(),
                audio_outputs_count: 1,
                in_events: &raw const list.list,
                out_events: told.list(),
                ..empty_block(frames as u32)
            };
            let mut status = CLAP_PROCESS_ERROR;
            // SAFETY: all pointers are to buffers of this function, as long as the block says.
            *count = probe::count(|| status = unsafe { audio.process(&raw const block) }).unwrap_or(0);
            assert_ne!(status, CLAP_PROCESS_ERROR);
            told.told.clear();
        }
        let reset = probe::count(|| audio.reset()).unwrap_or(0);
        let stopped = probe::count(|| audio.stop()).unwrap_or(0);
        let blocks = counts.into_iter().enumerate().map(|(index, count)| (format!("block {index}"), count));
        let rest = [("start", started), ("reset", reset), ("stop", stopped)];
        blocks.chain(rest.map(|(what, count)| (what.to_owned(), count))).filter(|(_, count)| *count > 0).collect()
    };
    std::thread::scope(|scope| scope.spawn(run).join().unwrap())
}

fn wait_for_the_session(plugin: &Plugin) {
    let end = Instant::now() + Duration::from_secs(60);
    while plugin.report()["link"] == "Looking for the session" {
        assert!(Instant::now() < end, "the plugin does not find the session");
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn counts_here() -> bool {
    let counts = probe::count(|| ()).is_some();
    if !counts {
        println!("skipped: memory requests can be counted on Linux with glibc only");
    }
    counts
}

fn never_asks_for_memory(product: Product, channels: usize, config: u32) {
    if !counts_here() {
        return;
    }
    let place = Place::Directory(session_directory().to_owned());
    let _somebody = Member::join_at(place, Kind::Master, Identity::new(), Info::default());
    for rate in [44_100.0, 48_000.0, 96_000.0, 192_000.0] {
        for frames in [1, 7, 64, 480, 1024, 4096] {
            let mut plugin = Plugin::new(product, Offer::All);
            plugin.select_ports(config);
            turn_everything_on(&plugin);
            assert!(plugin.activate(rate, frames as u32));
            wait_for_the_session(&plugin);
            let findings = play(&plugin, channels, frames, (16_384 / frames).clamp(6, 400));
            plugin.deactivate();
            assert!(findings.is_empty(), "{product:?}, {rate} Hz, blocks of {frames}: {findings:?}");
        }
    }
}

#[test]
fn a_stereo_stem_never_asks_for_memory() {
    never_asks_for_memory(Product::StemTrim, 2, 0);
}

#[test]
fn a_mono_stem_never_asks_for_memory() {
    never_asks_for_memory(Product::StemTrim, 1, 1);
}

#[test]
fn a_master_never_asks_for_memory() {
    never_asks_for_memory(Product::MasterBus, 2, 0);
}

#[test]
fn a_host_without_extensions_does_not_change_that() {
    if !counts_here() {
        return;
    }
    for product in Product::ALL {
        for offer in [Offer::Nothing, Offer::NoFunctions, Offer::EmptyExtensions] {
            let mut plugin = Plugin::new(product, offer);
            turn_everything_on(&plugin);
            assert!(plugin.activate(48_000.0, 256));
            assert_eq!(play(&plugin, 2, 256, 50), [], "{product:?}, {offer:?}");
        }
    }
}

#[test]
fn a_flood_of_events_does_not_change_that() {
    if !counts_here() {
        return;
    }
    for product in Product::ALL {
        let mut plugin = Plugin::new(product, Offer::All);
        assert!(plugin.activate(48_000.0, 64));
        let parameters = plugin.parameters();
        let events: Vec<_> = (0..5000_u32)
            .map(|index| {
                let parameter = &parameters[index as usize % parameters.len()];
                value_event(index * 64 / 5000, parameter.id, parameter.at(f64::from(index % 101) / 100.0))
            })
            .collect();
        let list = InputEvents::new(&events);
        let block = clap_process { in_events: &raw const list.list, ..empty_block(64) };
        let audio = plugin.audio();
        audio.start();
        // SAFETY: the list is valid during the call.
        let count = probe::count(|| assert_ne!(unsafe { audio.process(&raw const block) }, CLAP_PROCESS_ERROR));
        assert_eq!(count, Some(0), "{product:?}");
    }
}

#[test]
fn the_probe_sees_what_a_plugin_library_does() {
    if !counts_here() {
        return;
    }
    for product in Product::ALL {
        let mut plugin = Plugin::new(product, Offer::All);
        let count = probe::count(|| assert!(plugin.activate(48_000.0, 64)));
        assert!(count > Some(10), "{product:?}: only {count:?} requests for memory in an activation");
    }
    assert_eq!(probe::count(|| drop(std::hint::black_box(Box::new(1)))), Some(2));
    assert_eq!(probe::count(|| ()), Some(0));
}
