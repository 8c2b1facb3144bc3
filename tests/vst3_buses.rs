//! VST3 hosts that leave buses out: an inactive side-chain, a mono track, no input at all. The plugin stays in the path.

use crate::bundles::Product;
use crate::fake_host::{Offer, Plugin};
use crate::signal::{Channels, bits, noise, process};
use crate::vst3::{FRAMES, Vst3};

/// What the CLAP path makes of a stereo block.
fn clap_sound(product: Product, input: &Channels) -> Channels {
    let mut plugin = Plugin::new(product, Offer::All);
    assert!(plugin.activate(48_000.0, FRAMES as u32));
    plugin.audio().start();
    let blocks: Channels = input.iter().map(|channel| channel.repeat(BLOCKS)).collect();
    process(plugin.audio(), &blocks, FRAMES)
}

/// As many equal blocks as bring the sound through the latency of the master.
const BLOCKS: usize = 12;

/// Processes the same input block again and again; returns all output of the first bus.
fn play(product: Product, inputs: &[Vec<Option<Vec<f32>>>], channel_count: usize) -> Channels {
    let plugin = Vst3::new(product);
    let mut whole: Channels = vec![Vec::new(); channel_count];
    for _ in 0..BLOCKS {
        let mut outputs = vec![vec![vec![f32::NAN; FRAMES]; channel_count]];
        plugin.process(inputs, &mut outputs);
        for (whole, part) in whole.iter_mut().zip(&outputs[0]) {
            whole.extend(part);
        }
    }
    whole
}

fn given(channels: &Channels) -> Vec<Option<Vec<f32>>> {
    channels.iter().cloned().map(Some).collect()
}

#[test]
fn a_side_chain_may_be_inactive_or_missing() {
    let input = noise(1, 2, FRAMES);
    let expected = bits(&clap_sound(Product::MasterBus, &input));
    let manners = [
        ("no channels", vec![given(&input), vec![]]),
        ("null channels", vec![given(&input), vec![None, None]]),
        ("one channel", vec![given(&input), vec![Some(vec![0.0; FRAMES])]]),
        ("silence", vec![given(&input), given(&vec![vec![0.0; FRAMES]; 2])]),
        ("no bus", vec![given(&input)]),
        ("a bus too many", vec![given(&input), vec![], given(&input)]),
    ];
    for (manner, inputs) in manners {
        assert_eq!(bits(&play(Product::MasterBus, &inputs, 2)), expected, "{manner}");
    }
}

#[test]
fn without_input_there_is_silence() {
    for product in Product::ALL {
        for inputs in [vec![], vec![vec![]], vec![vec![None, None]]] {
            assert!(play(product, &inputs, 2).iter().flatten().all(|sample| *sample == 0.0), "{product:?}");
        }
    }
}

#[test]
fn a_mono_track_goes_through_the_left_channel() {
    for product in Product::ALL {
        let input = noise(2, 1, FRAMES);
        let expected = clap_sound(product, &vec![input[0].clone(), vec![0.0; FRAMES]]);
        assert_eq!(bits(&play(product, &[given(&input)], 1)), bits(&expected[..1].to_vec()), "{product:?}");
    }
}

#[test]
fn channels_beyond_stereo_come_out_silent() {
    for product in Product::ALL {
        let input = noise(3, 4, FRAMES);
        let output = play(product, &[given(&input)], 4);
        let expected = clap_sound(product, &input[..2].to_vec());
        assert_eq!(bits(&output[..2].to_vec()), bits(&expected), "{product:?}");
        assert!(output[2..].iter().flatten().all(|sample| *sample == 0.0), "{product:?}");
    }
}

#[test]
fn a_bundle_can_be_entered_and_left_again_and_again() {
    for product in Product::ALL {
        for _ in 0..10 {
            std::thread::spawn(move || drop(Vst3::new(product))).join().unwrap();
        }
    }
}
