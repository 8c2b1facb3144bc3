//! Automation is played to the frame, and does not disturb what goes on beside it.
#![allow(unsafe_code, reason = "blocks and transports are C structs")]

use clap_sys::events::{
    CLAP_CORE_EVENT_SPACE_ID, CLAP_EVENT_TRANSPORT, CLAP_TRANSPORT_HAS_SECONDS_TIMELINE, CLAP_TRANSPORT_HAS_TEMPO,
    CLAP_TRANSPORT_IS_PLAYING, clap_event_header, clap_event_param_value, clap_event_transport,
};
use clap_sys::fixedpoint::CLAP_SECTIME_FACTOR;
use clap_sys::process::{CLAP_PROCESS_ERROR, clap_process};
use testkit::signals::Random;

use crate::bundles::Product;
use crate::fake_host::{InputEvents, Offer, Plugin, value_event};
use crate::signal::{Channels, bits, empty_block, noise, port, process_block};

const RATE_HZ: f64 = 48_000.0;
const FRAMES: usize = 512;

fn playing(product: Product) -> Plugin {
    let mut plugin = Plugin::new(product, Offer::All);
    for (name, text) in [("Bell 1 on", c"On"), ("Compressor on", c"On")] {
        plugin.set_text(name, text);
    }
    assert!(plugin.activate(RATE_HZ, FRAMES as u32));
    plugin.audio().start();
    plugin
}

#[test]
fn a_value_counts_from_its_frame_on() {
    for product in Product::ALL {
        let (whole, split) = (playing(product), playing(product));
        let names = ["Bell 1 gain", "Threshold", "Bell 1 frequency"];
        let ids = names.map(|name| whole.parameter(name).id);
        let mut random = Random::new(11);
        for round in 0..20 {
            let input = noise(round, 2, FRAMES);
            let at = 1 + random.below(FRAMES - 1);
            let events: Vec<clap_event_param_value> =
                ids.iter().map(|&id| value_event(at as u32, id, (random.uniform() + 1.0) / 2.0)).collect();
            let (together, _) = process_block(whole.audio(), &input, &events);
            let part = |range: std::ops::Range<usize>| -> Channels {
                input.iter().map(|channel| channel[range.clone()].to_vec()).collect()
            };
            let (mut apart, _) = process_block(split.audio(), &part(0..at), &[]);
            let moved: Vec<_> = events.iter().map(|event| value_event(0, event.param_id, event.value)).collect();
            let (rest, _) = process_block(split.audio(), &part(at..FRAMES), &moved);
            for (channel, rest) in apart.iter_mut().zip(rest) {
                channel.extend(rest);
            }
            assert_eq!(bits(&together), bits(&apart), "{product:?}, round {round}, frame {at}");
        }
    }
}

/// Plays three seconds with the measurement set to begin again on a jump, and automation in the middle of every block;
/// returns the integrated loudness the master reports.
fn loudness_while_automated(flags: u32) -> Option<f64> {
    let plugin = playing(Product::MasterBus);
    plugin.set_text("Reset policy", c"On jump");
    let id = plugin.parameter("Bell 1 gain").id;
    for block in 0..3 * RATE_HZ as usize / FRAMES {
        let input = noise(block as u64, 2, FRAMES);
        let mut output = input.clone();
        let mut source: Vec<_> = input.iter().map(|channel| channel.as_ptr().cast_mut()).collect();
        let mut sink: Vec<_> = output.iter_mut().map(|channel| channel.as_mut_ptr()).collect();
        let (inputs, mut outputs) = ([port(&mut source)], [port(&mut sink)]);
        let events = [value_event(300, id, (block % 10) as f64 / 10.0)];
        let list = InputEvents::new(&events);
        let seconds = (block * FRAMES) as f64 / RATE_HZ;
        // SAFETY: all zero is a valid transport.
        let mut transport: clap_event_transport = unsafe { std::mem::zeroed() };
        transport.header = clap_event_header {
            size: size_of::<clap_event_transport>() as u32,
            time: 0,
            space_id: CLAP_CORE_EVENT_SPACE_ID,
            type_: CLAP_EVENT_TRANSPORT,
            flags: 0,
        };
        transport.flags = CLAP_TRANSPORT_IS_PLAYING | CLAP_TRANSPORT_HAS_SECONDS_TIMELINE | flags;
        transport.song_pos_seconds = (seconds * CLAP_SECTIME_FACTOR as f64).round() as i64;
        transport.tempo = 120.0;
        let block = clap_process {
            transport: &raw const transport,
            audio_inputs: inputs.as_ptr(),
            audio_inputs_count: 1,
            audio_outputs: outputs.as_mut_ptr(),
            audio_outputs_count: 1,
            in_events: &raw const list.list,
            ..empty_block(FRAMES as u32)
        };
        // SAFETY: all pointers are to buffers of this function, as long as the block says.
        assert_ne!(unsafe { plugin.audio().process(&raw const block) }, CLAP_PROCESS_ERROR);
    }
    plugin.report()["figures"]["integrated_lufs"].as_f64()
}

#[test]
fn automation_is_no_jump_of_the_song() {
    let with_tempo = loudness_while_automated(CLAP_TRANSPORT_HAS_TEMPO);
    assert!(with_tempo.is_some_and(|lufs| (-30.0..0.0).contains(&lufs)), "{with_tempo:?}");
    assert_eq!(loudness_while_automated(0), with_tempo, "without a tempo");
}
