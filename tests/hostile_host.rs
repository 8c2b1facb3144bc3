//! Hosts that break the rules: the plugin neither crashes nor harms the sound. (Qtractor offers fewer ports than
//! declared, Ableton Live gives bypassed plugins null pointers, and fuzzers do the rest.)
#![allow(unsafe_code, reason = "the blocks here are what no safe interface would make")]

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};

use clap_sys::audio_buffer::clap_audio_buffer;
use clap_sys::events::{clap_input_events, clap_output_events};
use clap_sys::ext::params::CLAP_PARAM_RESCAN_VALUES;
use clap_sys::ext::state::{CLAP_EXT_STATE, clap_plugin_state};
use clap_sys::ext::tail::{CLAP_EXT_TAIL, clap_plugin_tail};
use clap_sys::process::{CLAP_PROCESS_ERROR, clap_process, clap_process_status};
use clap_sys::stream::{clap_istream, clap_ostream};

use crate::bundles::Product;
use crate::fake_host::{Call, InputEvents, Moment, Offer, Plugin, modulation_event, value_event};
use crate::signal::{Channels, bits, empty_block, is_finite, noise, port, process, process_block, render};

const FRAMES: usize = 64;

/// A plugin that is active at 48 kHz for blocks of up to [`FRAMES`], and processing.
fn playing(product: Product) -> Plugin {
    let mut plugin = Plugin::new(product, Offer::All);
    assert!(plugin.activate(48_000.0, FRAMES as u32));
    plugin.audio().start();
    plugin
}

fn send(plugin: &Plugin, block: clap_process) -> clap_process_status {
    // SAFETY: the tests below put only null or valid pointers into their blocks.
    unsafe { plugin.audio().process(&raw const block) }
}

/// Feeds a plugin these channels as its first input port; returns what comes out of its declared output.
fn feed(plugin: &Plugin, input: &Channels) -> Channels {
    let mut output: Channels = vec![vec![f32::NAN; FRAMES]; 2];
    let mut source: Vec<_> = input.iter().map(|channel| channel.as_ptr().cast_mut()).collect();
    let mut sink: Vec<_> = output.iter_mut().map(|channel| channel.as_mut_ptr()).collect();
    let (inputs, mut outputs) = ([port(&mut source)], [port(&mut sink)]);
    let block = clap_process {
        audio_inputs: inputs.as_ptr(),
        audio_inputs_count: 1,
        audio_outputs: outputs.as_mut_ptr(),
        audio_outputs_count: 1,
        ..empty_block(FRAMES as u32)
    };
    assert_ne!(send(plugin, block), CLAP_PROCESS_ERROR);
    output
}

/// What a signal becomes in a fresh plugin, in blocks of [`FRAMES`].
fn reference(product: Product, input: &Channels) -> Channels {
    process(playing(product).audio(), input, FRAMES)
}

fn silence() -> Channels {
    vec![vec![0.0; FRAMES]; 2]
}

#[test]
fn input_that_is_missing_is_silence() {
    for product in Product::ALL {
        let mut nulls = [std::ptr::null_mut::<f32>(); 2];
        let no_memory = clap_audio_buffer { data32: std::ptr::null_mut(), ..port(&mut nulls) };
        let null_channels = port(&mut nulls);
        let no_channels = clap_audio_buffer { channel_count: 0, ..port(&mut nulls) };
        let manners: [(&str, *const clap_audio_buffer, u32); 6] = [
            ("no ports", std::ptr::null(), 0),
            ("no ports, but a count", std::ptr::null(), 2),
            ("a port, but no count", &raw const null_channels, 0),
            ("null data32", &raw const no_memory, 1),
            ("null channels", &raw const null_channels, 1),
            ("no channels", &raw const no_channels, 1),
        ];
        for (manner, ports, count) in manners {
            let plugin = playing(product);
            let mut output: Channels = vec![vec![f32::NAN; FRAMES]; 2];
            let mut sink: Vec<_> = output.iter_mut().map(|channel| channel.as_mut_ptr()).collect();
            let mut outputs = [port(&mut sink)];
            let block = clap_process {
                audio_inputs: ports,
                audio_inputs_count: count,
                audio_outputs: outputs.as_mut_ptr(),
                audio_outputs_count: 1,
                ..empty_block(FRAMES as u32)
            };
            assert_ne!(send(&plugin, block), CLAP_PROCESS_ERROR, "{product:?}, {manner}");
            assert_eq!(output, silence(), "{product:?}, {manner}");
        }
    }
}

#[test]
fn output_that_is_missing_is_survived_and_changes_nothing_later() {
    for product in Product::ALL {
        let mut nulls = [std::ptr::null_mut::<f32>(); 2];
        let mut no_memory = clap_audio_buffer { data32: std::ptr::null_mut(), ..port(&mut nulls) };
        let mut null_channels = port(&mut nulls);
        let manners: [(&str, *mut clap_audio_buffer, u32); 4] = [
            ("no ports", std::ptr::null_mut(), 0),
            ("no ports, but a count", std::ptr::null_mut(), 1),
            ("null data32", &raw mut no_memory, 1),
            ("null channels", &raw mut null_channels, 1),
        ];
        for (manner, ports, count) in manners {
            let plugin = playing(product);
            let input = noise(1, 2, 2 * FRAMES);
            let halves = [0, 1].map(|half| {
                input.iter().map(|channel| channel[half * FRAMES..][..FRAMES].to_vec()).collect::<Channels>()
            });
            let mut source: Vec<_> = halves[0].iter().map(|channel| channel.as_ptr().cast_mut()).collect();
            let inputs = [port(&mut source)];
            let block = clap_process {
                audio_inputs: inputs.as_ptr(),
                audio_inputs_count: 1,
                audio_outputs: ports,
                audio_outputs_count: count,
                ..empty_block(FRAMES as u32)
            };
            assert_ne!(send(&plugin, block), CLAP_PROCESS_ERROR, "{product:?}, {manner}");
            let later = feed(&plugin, &halves[1]);
            let expected = reference(product, &input);
            for (later, expected) in later.iter().zip(&expected) {
                assert_eq!(later, &expected[FRAMES..], "{product:?}, {manner}");
            }
        }
    }
}

#[test]
fn a_mono_buffer_on_a_stereo_port_is_the_left_channel() {
    for product in Product::ALL {
        let plugin = playing(product);
        let input = noise(2, 1, FRAMES);
        let left_only = vec![input[0].clone(), vec![0.0; FRAMES]];
        assert_eq!(bits(&feed(&plugin, &input)), bits(&reference(product, &left_only)), "{product:?}");
    }
}

#[test]
fn channels_nobody_declared_come_out_silent_and_change_nothing() {
    for product in Product::ALL {
        let plugin = playing(product);
        let input = noise(3, 4, FRAMES);
        let mut output: Channels = vec![vec![f32::NAN; FRAMES]; 4];
        let mut extra_output: Channels = vec![vec![f32::NAN; FRAMES]; 2];
        let mut source: Vec<_> = input.iter().map(|channel| channel.as_ptr().cast_mut()).collect();
        let mut sink: Vec<_> = output.iter_mut().map(|channel| channel.as_mut_ptr()).collect();
        let mut extra_sink: Vec<_> = extra_output.iter_mut().map(|channel| channel.as_mut_ptr()).collect();
        let (inputs, mut outputs) = ([port(&mut source)], [port(&mut sink), port(&mut extra_sink)]);
        let block = clap_process {
            audio_inputs: inputs.as_ptr(),
            audio_inputs_count: 1,
            audio_outputs: outputs.as_mut_ptr(),
            audio_outputs_count: 2,
            ..empty_block(FRAMES as u32)
        };
        assert_ne!(send(&plugin, block), CLAP_PROCESS_ERROR);
        assert_eq!(output[..2], reference(product, &input[..2].to_vec()), "{product:?}");
        assert_eq!(output[2..], silence(), "{product:?}");
        assert_eq!(extra_output, silence(), "{product:?}");
    }
}

#[test]
fn channels_that_share_memory_do_not_disturb_each_other() {
    // Which channel of the input each output channel lies on: in place, swapped, shifted.
    for product in Product::ALL {
        for places in [[0, 1], [1, 0], [1, 2]] {
            let plugin = playing(product);
            let input = noise(4, 3, FRAMES);
            let expected = reference(product, &input[..2].to_vec());
            let mut memory = input.clone();
            let pointers: Vec<_> = memory.iter_mut().map(|channel| channel.as_mut_ptr()).collect();
            let (mut source, mut sink) = (vec![pointers[0], pointers[1]], places.map(|place| pointers[place]));
            let (inputs, mut outputs) = ([port(&mut source)], [port(&mut sink)]);
            let block = clap_process {
                audio_inputs: inputs.as_ptr(),
                audio_inputs_count: 1,
                audio_outputs: outputs.as_mut_ptr(),
                audio_outputs_count: 1,
                ..empty_block(FRAMES as u32)
            };
            assert_ne!(send(&plugin, block), CLAP_PROCESS_ERROR);
            for (place, expected) in places.into_iter().zip(&expected) {
                assert_eq!(&memory[place], expected, "{product:?}, outputs on inputs {places:?}");
            }
        }
    }
}

#[test]
fn two_output_channels_in_one_memory_carry_the_left_one() {
    for product in Product::ALL {
        let plugin = playing(product);
        let input = noise(5, 2, FRAMES);
        let mut output = vec![f32::NAN; FRAMES];
        let mut source: Vec<_> = input.iter().map(|channel| channel.as_ptr().cast_mut()).collect();
        let mut sink = [output.as_mut_ptr(), output.as_mut_ptr()];
        let (inputs, mut outputs) = ([port(&mut source)], [port(&mut sink)]);
        let block = clap_process {
            audio_inputs: inputs.as_ptr(),
            audio_inputs_count: 1,
            audio_outputs: outputs.as_mut_ptr(),
            audio_outputs_count: 1,
            ..empty_block(FRAMES as u32)
        };
        assert_ne!(send(&plugin, block), CLAP_PROCESS_ERROR);
        assert_eq!(output, reference(product, &input)[0], "{product:?}");
    }
}

#[test]
fn a_side_chain_may_come_and_go() {
    let plugin = playing(Product::MasterBus);
    let (input, side_chain) = (noise(6, 2, FRAMES), noise(7, 2, FRAMES));
    let mut nulls = [std::ptr::null_mut::<f32>(); 2];
    for round in 0..6 {
        let mut output: Channels = vec![vec![f32::NAN; FRAMES]; 2];
        let mut source: Vec<_> = input.iter().map(|channel| channel.as_ptr().cast_mut()).collect();
        let mut side: Vec<_> = side_chain.iter().map(|channel| channel.as_ptr().cast_mut()).collect();
        let mut sink: Vec<_> = output.iter_mut().map(|channel| channel.as_mut_ptr()).collect();
        let second = match round % 3 {
            0 => port(&mut side),
            1 => port(&mut nulls),
            _ => clap_audio_buffer { data32: std::ptr::null_mut(), ..port(&mut nulls) },
        };
        let (inputs, mut outputs) = ([port(&mut source), second], [port(&mut sink)]);
        let block = clap_process {
            audio_inputs: inputs.as_ptr(),
            audio_inputs_count: 1 + round % 2,
            audio_outputs: outputs.as_mut_ptr(),
            audio_outputs_count: 1,
            ..empty_block(FRAMES as u32)
        };
        assert_ne!(send(&plugin, block), CLAP_PROCESS_ERROR);
        assert!(is_finite(&output), "round {round}");
    }
}

#[test]
fn what_is_no_number_is_played_as_silence() {
    for product in Product::ALL {
        let plugin = playing(product);
        let mut bad = noise(8, 2, 8 * FRAMES);
        let mut mended = bad.clone();
        let wrong = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::from_bits(0x7f80_0001)];
        for (index, wrong) in wrong.into_iter().enumerate() {
            bad[index % 2][37 * (index + 1)] = wrong;
            mended[index % 2][37 * (index + 1)] = 0.0;
        }
        bad[1][3 * FRAMES..4 * FRAMES].fill(f32::NAN);
        mended[1][3 * FRAMES..4 * FRAMES].fill(0.0);
        let output = process(plugin.audio(), &bad, FRAMES);
        assert_eq!(bits(&output), bits(&reference(product, &mended)), "{product:?}");
        assert_eq!(plugin.report()["non_finite_samples"], 4 + FRAMES, "{product:?}");
    }
}

#[test]
fn a_side_chain_full_of_nan_harms_nothing() {
    let plugin = playing(Product::MasterBus);
    let (input, side_chain) = (noise(9, 2, FRAMES), vec![vec![f32::NAN; FRAMES]; 2]);
    let mut output: Channels = vec![vec![f32::NAN; FRAMES]; 2];
    let mut source: Vec<_> = input.iter().map(|channel| channel.as_ptr().cast_mut()).collect();
    let mut side: Vec<_> = side_chain.iter().map(|channel| channel.as_ptr().cast_mut()).collect();
    let mut sink: Vec<_> = output.iter_mut().map(|channel| channel.as_mut_ptr()).collect();
    let (inputs, mut outputs) = ([port(&mut source), port(&mut side)], [port(&mut sink)]);
    let block = clap_process {
        audio_inputs: inputs.as_ptr(),
        audio_inputs_count: 2,
        audio_outputs: outputs.as_mut_ptr(),
        audio_outputs_count: 1,
        ..empty_block(FRAMES as u32)
    };
    assert_ne!(send(&plugin, block), CLAP_PROCESS_ERROR);
    assert_eq!(bits(&output), bits(&reference(Product::MasterBus, &input)));
}

#[test]
fn absurdly_loud_and_vanishingly_quiet_samples_leave_no_trace() {
    for product in Product::ALL {
        let plugin = playing(product);
        let mut input = noise(10, 2, 4 * FRAMES);
        input[0][5] = f32::MAX;
        input[1][6] = f32::MIN;
        input[0][FRAMES..2 * FRAMES].fill(f32::from_bits(1));
        assert!(is_finite(&process(plugin.audio(), &input, FRAMES)), "{product:?}");
        plugin.audio().reset();
        let input = noise(11, 2, 4 * FRAMES);
        let output = process(plugin.audio(), &input, FRAMES);
        assert_eq!(bits(&output), bits(&reference(product, &input)), "{product:?}: reset equals new");
    }
}

#[test]
fn a_block_of_no_frames_carries_parameters() {
    for product in Product::ALL {
        let plugin = playing(product);
        let id = plugin.parameter("Threshold").id;
        let events = [value_event(0, id, 0.25)];
        let list = InputEvents::new(&events);
        let block = clap_process { in_events: &raw const list.list, ..empty_block(0) };
        assert_ne!(send(&plugin, block), CLAP_PROCESS_ERROR);
        assert!((plugin.value(id) - 0.25).abs() < 1e-6, "{product:?}");
    }
}

#[test]
fn a_block_longer_than_announced_is_an_error() {
    for product in Product::ALL {
        let plugin = playing(product);
        let input = noise(12, 2, FRAMES + 1);
        let mut output = input.clone();
        let mut source: Vec<_> = input.iter().map(|channel| channel.as_ptr().cast_mut()).collect();
        let mut sink: Vec<_> = output.iter_mut().map(|channel| channel.as_mut_ptr()).collect();
        let (inputs, mut outputs) = ([port(&mut source)], [port(&mut sink)]);
        let block = clap_process {
            audio_inputs: inputs.as_ptr(),
            audio_inputs_count: 1,
            audio_outputs: outputs.as_mut_ptr(),
            audio_outputs_count: 1,
            ..empty_block(FRAMES as u32 + 1)
        };
        assert_eq!(send(&plugin, block), CLAP_PROCESS_ERROR, "{product:?}");
        // SAFETY: a null block must be refused, not read.
        assert_eq!(unsafe { plugin.audio().process(std::ptr::null()) }, CLAP_PROCESS_ERROR, "{product:?}");
        assert!(is_finite(&feed(&plugin, &noise(13, 2, FRAMES))), "{product:?} goes on");
    }
}

#[test]
fn processing_while_inactive_is_an_error() {
    for product in Product::ALL {
        let mut plugin = Plugin::new(product, Offer::All);
        assert_eq!(send(&plugin, empty_block(16)), CLAP_PROCESS_ERROR, "{product:?} before activation");
        assert!(plugin.activate(48_000.0, FRAMES as u32));
        plugin.deactivate();
        assert_eq!(send(&plugin, empty_block(16)), CLAP_PROCESS_ERROR, "{product:?} after deactivation");
    }
}

#[test]
fn a_format_that_cannot_be_is_refused() {
    for product in Product::ALL {
        let mut plugin = Plugin::new(product, Offer::All);
        for rate in [0.0, -48_000.0, f64::NAN, f64::INFINITY, 1.0, 1e9] {
            assert!(!plugin.activate(rate, 64), "{product:?} at {rate} Hz");
            assert_eq!(send(&plugin, empty_block(16)), CLAP_PROCESS_ERROR, "{product:?} at {rate} Hz");
        }
        assert!(!plugin.activate(48_000.0, 0), "{product:?} with blocks of no frames");
        assert!(plugin.activate(48_000.0, 64), "{product:?} afterwards");
    }
}

#[test]
fn activating_twice_is_survived() {
    for product in Product::ALL {
        let mut plugin = Plugin::new(product, Offer::All);
        assert!(plugin.activate(48_000.0, 16));
        plugin.activate(96_000.0, FRAMES as u32);
        plugin.audio().start();
        let input = noise(14, 2, 16);
        let (output, _) = process_block(plugin.audio(), &input, &[]);
        assert!(is_finite(&output), "{product:?}");
    }
}

#[test]
fn event_lists_without_functions_are_empty_lists() {
    for product in Product::ALL {
        let plugin = playing(product);
        let input = clap_input_events { ctx: std::ptr::null_mut(), size: None, get: None };
        let output = clap_output_events { ctx: std::ptr::null_mut(), try_push: None };
        let block = clap_process { in_events: &raw const input, out_events: &raw const output, ..empty_block(16) };
        assert_ne!(send(&plugin, block), CLAP_PROCESS_ERROR, "{product:?}");
        let flush = plugin.params().flush.unwrap();
        // SAFETY: null and empty lists are what is tested.
        unsafe {
            flush(plugin.raw(), std::ptr::null(), std::ptr::null());
            flush(plugin.raw(), &raw const input, &raw const output);
        }
    }
}

#[test]
fn events_out_of_order_and_out_of_the_block_all_count() {
    for product in Product::ALL {
        let plugin = playing(product);
        let [first, second, third] = ["Threshold", "Bell 1 gain", "Bell 2 gain"].map(|name| plugin.parameter(name).id);
        let events = [
            value_event(60, first, 0.5),
            value_event(3, second, 0.25),
            value_event(u32::MAX, third, 0.75),
            value_event(0, first, 0.125),
        ];
        let (output, _) = process_block(plugin.audio(), &noise(15, 2, FRAMES), &events);
        assert!(is_finite(&output));
        for (id, expected) in [(first, 0.125), (second, 0.25), (third, 0.75)] {
            assert!((plugin.value(id) - expected).abs() < 1e-6, "{product:?}");
        }
    }
}

#[test]
fn events_that_make_no_sense_change_nothing() {
    for product in Product::ALL {
        let plugin = playing(product);
        let before = plugin.values();
        let id = plugin.parameter("Threshold").id;
        let mut events = vec![value_event(0, 12_345, 1.0), modulation_event(0, 12_345, 1.0)];
        for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            events.extend([value_event(1, id, value), modulation_event(1, id, value)]);
        }
        for size in [0, 1, 16, size_of_val(&events[0]) as u32 - 1] {
            let mut event = value_event(2, id, 0.1);
            event.header.size = size;
            events.push(event);
        }
        let mut foreign = value_event(3, id, 0.1);
        foreign.header.space_id = 77;
        events.push(foreign);
        for type_ in (0..=20).filter(|type_| ![5, 6, 9].contains(type_)) {
            let mut event = value_event(4, id, 0.1);
            event.header.type_ = type_;
            events.push(event);
        }
        let (output, _) = process_block(plugin.audio(), &noise(16, 2, FRAMES), &events);
        assert!(is_finite(&output));
        assert_eq!(plugin.values(), before, "{product:?}");
    }
}

#[test]
fn values_beyond_the_range_are_held_at_its_end() {
    for product in Product::ALL {
        let plugin = playing(product);
        let parameters = plugin.parameters();
        for (value, at_the_end) in [(1e300, 1.0), (1e9, 1.0), (-1e9, 0.0), (-1e300, 0.0)] {
            let events: Vec<_> = parameters.iter().map(|parameter| value_event(0, parameter.id, value)).collect();
            let (output, _) = process_block(plugin.audio(), &noise(17, 2, FRAMES), &events);
            assert!(is_finite(&output), "{product:?} at {value}");
            for parameter in &parameters {
                assert_eq!(plugin.value(parameter.id), parameter.at(at_the_end), "{product:?}: {}", parameter.name);
            }
        }
    }
}

#[test]
fn of_five_thousand_events_in_a_block_the_last_one_counts() {
    for product in Product::ALL {
        for spread in [false, true] {
            let plugin = playing(product);
            let ids = ["Threshold", "Bell 1 gain"].map(|name| plugin.parameter(name).id);
            let events: Vec<_> = (0..5000)
                .map(|index| {
                    let time = if spread { index * FRAMES as u32 / 5000 } else { 0 };
                    value_event(time, ids[index as usize % 2], f64::from(index + 1) / 5000.0)
                })
                .collect();
            let (output, _) = process_block(plugin.audio(), &noise(18, 2, FRAMES), &events);
            assert!(is_finite(&output));
            assert!((plugin.value(ids[0]) - 4999.0 / 5000.0).abs() < 1e-6, "{product:?}");
            assert_eq!(plugin.value(ids[1]), 1.0, "{product:?}");
        }
    }
}

#[test]
fn a_rescan_waits_until_the_state_is_loaded() {
    for product in Product::ALL {
        let plugin = Plugin::new(product, Offer::All);
        let state = plugin.save();
        plugin.host.forget_calls();
        assert!(plugin.load(&state));
        let during_load = plugin.host.calls();
        assert!(during_load.iter().all(|(call, _)| *call == Call::RequestCallback), "{product:?}: {during_load:?}");
        assert!(!during_load.is_empty(), "{product:?} asks for no callback");
        plugin.on_main_thread();
        let rescan = (Call::Rescan(CLAP_PARAM_RESCAN_VALUES), Moment::MainThread);
        assert!(plugin.host.calls().contains(&rescan), "{product:?}");
        plugin.host.forget_calls();
        plugin.on_main_thread();
        assert_eq!(plugin.host.calls(), [], "{product:?} tells it once");
    }
}

#[test]
fn latency_is_told_during_activation_and_never_by_a_restart() {
    for (product, has_latency) in [(Product::StemTrim, false), (Product::MasterBus, true)] {
        let mut plugin = Plugin::new(product, Offer::All);
        let mut latencies = Vec::new();
        for (rate, is_news) in [(48_000.0, true), (48_000.0, false), (96_000.0, true)] {
            plugin.host.forget_calls();
            assert!(plugin.activate(rate, 512));
            plugin.on_main_thread();
            let told: Vec<_> = plugin.host.calls();
            let changes: Vec<_> = told.iter().filter(|(call, _)| *call == Call::LatencyChanged).collect();
            assert_eq!(changes.len(), usize::from(has_latency && is_news), "{product:?} at {rate}: {told:?}");
            assert!(changes.iter().all(|(_, moment)| *moment == Moment::Activate), "{product:?}: {told:?}");
            assert_eq!(plugin.host.count(Call::RequestRestart), 0, "{product:?}");
            latencies.push(plugin.latency_frames());
            plugin.deactivate();
        }
        assert_eq!(latencies[0], latencies[1]);
        assert_eq!(latencies.iter().all(|&latency| latency > 0), has_latency, "{product:?}: {latencies:?}");
    }
}

#[test]
fn what_is_still_on_its_way_is_a_tail_before_the_first_block_too() {
    for product in Product::ALL {
        let mut plugin = Plugin::new(product, Offer::All);
        assert!(plugin.activate(48_000.0, FRAMES as u32));
        let get = plugin.extension::<clap_plugin_tail>(CLAP_EXT_TAIL).get.unwrap();
        // SAFETY: the extension belongs to this plugin.
        assert_eq!(unsafe { get(plugin.raw()) }, plugin.latency_frames(), "{product:?}");
    }
}

#[test]
fn latency_is_the_same_whatever_is_switched_and_bypassed() {
    for product in Product::ALL {
        let mut plugin = Plugin::new(product, Offer::All);
        assert!(plugin.activate(48_000.0, FRAMES as u32));
        let latency = plugin.latency_frames();
        plugin.audio().start();
        plugin.host.forget_calls();
        for place in [1.0, 0.0, 0.5] {
            for parameter in plugin.parameters() {
                let event = value_event(0, parameter.id, parameter.at(place));
                process_block(plugin.audio(), &noise(19, 2, FRAMES), &[event]);
                assert_eq!(plugin.latency_frames(), latency, "{product:?}: {} at {place}", parameter.name);
            }
        }
        plugin.on_main_thread();
        assert_eq!(plugin.host.count(Call::LatencyChanged), 0, "{product:?}");
        assert_eq!(plugin.host.count(Call::RequestRestart), 0, "{product:?}");
    }
}

#[test]
fn a_host_that_offers_nothing_is_a_host() {
    for product in Product::ALL {
        let expected = {
            let mut plugin = Plugin::new(product, Offer::All);
            plugin.set_text("Bell 1 gain", c"3");
            plugin.set_text("Bell 1 on", c"on");
            render(&mut plugin, &noise(20, 2, 4096))
        };
        for offer in [Offer::Nothing, Offer::NoFunctions, Offer::EmptyExtensions] {
            let mut plugin = Plugin::new(product, offer);
            plugin.set_text("Bell 1 gain", c"3");
            plugin.set_text("Bell 1 on", c"on");
            let state = plugin.save();
            assert!(plugin.load(&state));
            plugin.on_main_thread();
            assert_eq!(bits(&render(&mut plugin, &noise(20, 2, 4096))), bits(&expected), "{product:?}, {offer:?}");
            let id = plugin.parameter("Bypass").id;
            assert!(plugin.activate(44_100.0, FRAMES as u32));
            plugin.audio().start();
            process_block(plugin.audio(), &noise(21, 2, FRAMES), &[value_event(0, id, 1.0)]);
            plugin.on_main_thread();
            assert_eq!(plugin.value(id), 1.0);
        }
    }
}

#[test]
fn the_track_name_is_the_stems_until_it_has_one() {
    let plugin = Plugin::new(Product::StemTrim, Offer::All);
    assert_eq!(plugin.report()["name"], "Drum bus");
    plugin.rename_track("Bass bus");
    assert_eq!(plugin.report()["name"], "Bass bus");
}

#[test]
fn destroying_an_instance_that_is_still_running_is_survived() {
    for product in Product::ALL {
        drop(playing(product));
        let mut plugin = Plugin::new(product, Offer::All);
        assert!(plugin.activate(48_000.0, 64));
        drop(plugin);
        drop(Plugin::new(product, Offer::All));
    }
}

#[test]
fn two_instances_do_not_share_anything() {
    for product in Product::ALL {
        let (first, second) = (playing(product), playing(product));
        let id = first.parameter("Threshold").id;
        let before = second.value(id);
        process_block(first.audio(), &noise(22, 2, FRAMES), &[value_event(0, id, 0.111)]);
        assert_eq!(second.value(id), before, "{product:?}");
        let input = noise(23, 2, 4 * FRAMES);
        assert_eq!(bits(&process(second.audio(), &input, FRAMES)), bits(&reference(product, &input)), "{product:?}");
    }
}

#[test]
fn streams_that_fail_are_refused() {
    unsafe extern "C" fn failing_read(_: *const clap_istream, _: *mut std::ffi::c_void, _: u64) -> i64 {
        -1
    }
    unsafe extern "C" fn boasting_read(_: *const clap_istream, _: *mut std::ffi::c_void, size: u64) -> i64 {
        size as i64 + 1000
    }
    unsafe extern "C" fn failing_write(_: *const clap_ostream, _: *const std::ffi::c_void, _: u64) -> i64 {
        -1
    }
    unsafe extern "C" fn idle_write(_: *const clap_ostream, _: *const std::ffi::c_void, _: u64) -> i64 {
        0
    }
    for product in Product::ALL {
        let plugin = Plugin::new(product, Offer::All);
        let before = plugin.values();
        let state: &clap_plugin_state = plugin.extension(CLAP_EXT_STATE);
        for read in [None, Some(failing_read as unsafe extern "C" fn(_, _, _) -> _), Some(boasting_read)] {
            let stream = clap_istream { ctx: std::ptr::null_mut(), read };
            // SAFETY: the streams only fail or lie.
            assert!(!unsafe { state.load.unwrap()(plugin.raw(), &raw const stream) }, "{product:?}");
        }
        // SAFETY: a null stream must be refused, not read.
        assert!(!unsafe { state.load.unwrap()(plugin.raw(), std::ptr::null()) }, "{product:?}");
        for write in [failing_write as unsafe extern "C" fn(_, _, _) -> _, idle_write] {
            let stream = clap_ostream { ctx: std::ptr::null_mut(), write: Some(write) };
            // SAFETY: as above.
            assert!(!unsafe { state.save.unwrap()(plugin.raw(), &raw const stream) }, "{product:?}");
        }
        assert_eq!(plugin.values(), before, "{product:?}");
    }
}

#[test]
fn the_main_thread_may_work_while_audio_runs() {
    for product in Product::ALL {
        let plugin = playing(product);
        let state = plugin.save();
        let start = Instant::now();
        let (stop, blocks) = (&AtomicBool::new(false), &AtomicU32::new(0));
        let audio = plugin.audio();
        std::thread::scope(|scope| {
            let running = scope.spawn(move || {
                let input = noise(24, 2, FRAMES);
                while !stop.load(Ordering::Relaxed) && start.elapsed() < Duration::from_secs(60) {
                    let (output, _) = process_block(audio, &input, &[]);
                    assert!(is_finite(&output));
                    blocks.fetch_add(1, Ordering::Relaxed);
                }
            });
            // However busy the machine is, both sides get to do something.
            let is_over = || start.elapsed() > Duration::from_millis(400) && blocks.load(Ordering::Relaxed) > 10;
            while !is_over() && !running.is_finished() {
                plugin.values();
                plugin.save();
                assert!(plugin.load(&state));
                plugin.rename_track("Elsewhere");
                plugin.report();
                plugin.on_main_thread();
            }
            stop.store(true, Ordering::Relaxed);
            running.join().unwrap();
        });
    }
}

#[test]
fn instances_may_come_and_go_in_a_hurry() {
    // The session's helper thread asks an instance for its name while the main thread destroys it.
    for product in Product::ALL {
        for round in 0..150 {
            let mut plugin = Plugin::new(product, Offer::All);
            assert!(plugin.activate(48_000.0, 64));
            if round % 3 == 0 {
                std::thread::sleep(Duration::from_micros(50 * (round % 40)));
            }
        }
    }
}
