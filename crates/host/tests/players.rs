//! What a plugin can be asked to do, in this process and in another alike.

#![allow(clippy::unwrap_used, reason = "the helpers of a test fail like the test itself")]

mod common;

use common::{GAIN, LATENCY_FRAMES, MODE, STEREO, bundle, noise, players, track};
use host::{
    Activation, HostError, Instance, ParameterChange, Player, PluginEvent, Position, Remote, Track, TrackKind,
    plugins_in,
};

/// Plays stereo noise in blocks of the given lengths and returns input and output.
fn play_blocks(
    player: &mut dyn Player,
    blocks: &[usize],
    changes_at: impl Fn(usize, usize) -> Vec<ParameterChange>,
) -> (Vec<Vec<f32>>, Vec<Vec<f32>>) {
    let frames: usize = blocks.iter().sum();
    let input = noise(2, frames);
    let mut output = vec![vec![f32::NAN; frames]; 2];
    let mut start = 0;
    for &length in blocks {
        let end = start + length;
        let [left, right] = &mut output[..] else { unreachable!() };
        player
            .process(
                &[&input[0][start..end], &input[1][start..end]],
                None,
                &mut [&mut left[start..end], &mut right[start..end]],
                Position::playing(start as i64),
                &changes_at(start, end),
            )
            .unwrap();
        start = end;
    }
    (input, output)
}

fn nothing(_: usize, _: usize) -> Vec<ParameterChange> {
    Vec::new()
}

#[test]
fn a_bundle_lists_its_plugins() {
    let plugins = plugins_in(bundle()).unwrap();
    assert_eq!(plugins.len(), 1);
    assert_eq!((plugins[0].id.as_str(), plugins[0].version.as_str()), ("org.stemma.test-plugin", "1.2.3"));
    for player in players() {
        assert_eq!(*player.description(), plugins[0]);
        assert_eq!(player.label(), "Test Plugin on \"Drums\"");
    }
}

#[test]
fn audio_passes_in_time_and_on_its_own_side_for_any_block_length() {
    for mut player in players() {
        let activated = player.activate(&STEREO).unwrap();
        assert_eq!(activated.latency_frames as usize, LATENCY_FRAMES);
        assert_eq!(activated.sidechain_channels, Some(2));
        let (input, output) = play_blocks(&mut *player, &[1, 7, 64, 0, 256, 3, 200], nothing);
        for (input, output) in input.iter().zip(&output) {
            assert_eq!(output[..LATENCY_FRAMES], [0.0; LATENCY_FRAMES]);
            assert_eq!(output[LATENCY_FRAMES..], input[..input.len() - LATENCY_FRAMES]);
        }
    }
}

#[test]
fn mono_is_a_layout_of_its_own() {
    for mut player in players() {
        player.activate(&Activation { channels: 1, ..STEREO }).unwrap();
        assert_eq!(player.ports().unwrap().outputs[0].channels, 1);
        let mut output = [0.0; 8];
        player.process(&[&[0.5; 8]], None, &mut [&mut output], Position::playing(0), &[]).unwrap();
        assert_eq!(output, [0.0, 0.0, 0.0, 0.0, 0.0, 0.5, 0.5, 0.5]);
        // And back again.
        player.activate(&STEREO).unwrap();
        assert_eq!(player.ports().unwrap().outputs[0].channels, 2);
    }
}

#[test]
fn a_layout_the_plugin_lacks_is_refused_with_what_it_has() {
    for mut player in players() {
        let error = player.activate(&Activation { channels: 6, ..STEREO }).unwrap_err();
        assert!(matches!(error, HostError::Layout { channels: 6, .. }), "{error}");
        assert!(error.to_string().contains("\"Mono\" (1 in, 1 out)"), "{error}");
    }
}

#[test]
fn the_sidechain_is_heard_and_without_one_there_is_silence() {
    for mut player in players() {
        player.activate(&STEREO).unwrap();
        let silence = [[0.0f32; 16]; 2];
        let silence: Vec<&[f32]> = silence.iter().map(|row| &row[..]).collect();
        let side = [[0.25f32; 16], [-0.5; 16]];
        let stereo: Vec<&[f32]> = side.iter().map(|row| &row[..]).collect();
        for (sidechain, expected) in
            [(Some(&stereo[..]), [0.25, -0.5]), (Some(&stereo[..1]), [0.25, 0.25]), (None, [0.0, 0.0])]
        {
            let (mut left, mut right) = ([9.0; 16], [9.0; 16]);
            player.process(&silence, sidechain, &mut [&mut left, &mut right], Position::playing(0), &[]).unwrap();
            assert_eq!((left, right), ([expected[0]; 16], [expected[1]; 16]));
        }
    }
}

#[test]
fn parameters_are_listed_and_set_by_name_and_text() {
    for mut player in players() {
        let parameters = player.parameters().unwrap();
        assert_eq!(parameters.iter().map(|one| one.path()).collect::<Vec<_>>(), ["Trim/Gain", "Test/Mode"]);
        assert_eq!((parameters[0].min_value, parameters[0].max_value, parameters[0].id), (-24.0, 12.0, GAIN));
        assert!(parameters[0].automatable && !parameters[0].stepped && parameters[1].enumerated);
        player.set("Trim/Gain", "-6.5 dB").unwrap();
        assert_eq!(player.value(GAIN), Ok(-6.5));
        assert_eq!(player.text_from_value(GAIN, -6.5).unwrap(), "-6.50 dB");
        player.set("mode", "callback").unwrap();
        assert_eq!(player.value(MODE), Ok(5.0));
    }
}

#[test]
fn names_texts_and_values_that_do_not_fit_are_refused() {
    for mut player in players() {
        let text = player.set("Volume", "0").unwrap_err().to_string();
        assert!(text.contains("Test Plugin") && text.contains("Volume") && text.contains("Trim/Gain"), "{text}");
        assert!(matches!(player.set("Gain", "loud"), Err(HostError::Value { .. })));
        assert!(matches!(player.set("Gain", "13"), Err(HostError::Value { .. })));
        assert!(matches!(player.set_value(GAIN, f64::NAN), Err(HostError::Value { .. })));
        assert!(matches!(player.set_value(999, 0.0), Err(HostError::NoSuchParameter { .. })));
        assert!(player.value(999).is_err());
    }
}

#[test]
fn automation_takes_effect_at_its_very_frame() {
    for mut player in players() {
        player.activate(&STEREO).unwrap();
        let change = |start: usize, end: usize| {
            let frame = 300;
            let inside = (start..end).contains(&frame);
            let change = ParameterChange { frame: (frame - start.min(frame)) as u32, id: GAIN, value: -20.0 };
            if inside { vec![change] } else { Vec::new() }
        };
        let (input, output) = play_blocks(&mut *player, &[256, 256], change);
        for frame in LATENCY_FRAMES..512 {
            let gain = if frame < 300 { 1.0 } else { 0.1 };
            assert_eq!(output[1][frame], input[1][frame - LATENCY_FRAMES] * gain, "frame {frame}");
        }
        assert_eq!(player.value(GAIN), Ok(-20.0));
    }
}

#[test]
fn a_value_set_while_playing_holds_from_the_next_block() {
    for mut player in players() {
        player.activate(&STEREO).unwrap();
        player.set_value(GAIN, -20.0).unwrap();
        let (input, output) = play_blocks(&mut *player, &[32], nothing);
        assert_eq!(output[0][20], input[0][20 - LATENCY_FRAMES] * 0.1);
    }
}

#[test]
fn gestures_and_values_from_the_plugin_arrive() {
    let gesture = [
        PluginEvent::GestureBegin { id: GAIN },
        PluginEvent::Value { id: GAIN, value: 3.0 },
        PluginEvent::GestureEnd { id: GAIN },
    ];
    for mut player in players() {
        player.set("Gain", "3").unwrap();
        player.set("Mode", "Gesture").unwrap();
        player.activate(&STEREO).unwrap();
        assert_eq!(player.take_events().unwrap(), []);
        play_blocks(&mut *player, &[64], nothing);
        assert_eq!(player.take_events().unwrap(), gesture);
        assert_eq!(player.take_events().unwrap(), []);
    }
}

#[test]
fn a_flush_asked_for_is_done_active_or_not() {
    for mut player in players() {
        player.set("Gain", "3").unwrap();
        let state = player.save_state().unwrap();
        for active in [false, true] {
            if active {
                player.activate(&STEREO).unwrap();
            }
            player.load_state(&state).unwrap();
            assert_eq!(player.take_events().unwrap().len(), 3);
        }
        assert_eq!(player.host_calls().unwrap().flush, 2);
    }
}

#[test]
fn a_state_moves_to_another_instance() {
    for mut player in players() {
        player.set("Gain", "-3.25").unwrap();
        let state = player.save_state().unwrap();
        for mut other in players() {
            other.load_state(&state).unwrap();
            assert_eq!(other.value(GAIN), Ok(-3.25));
            assert!(matches!(other.load_state(b"cut"), Err(HostError::State { .. })));
        }
    }
}

#[test]
fn callbacks_run_on_the_main_thread_and_roles_are_never_mixed() {
    for mut player in players() {
        player.set("Mode", "Callback").unwrap();
        player.activate(&STEREO).unwrap();
        play_blocks(&mut *player, &[64, 64, 64], nothing);
        let report = player.report().unwrap().unwrap();
        assert!(report.contains("\"main_calls\":3,\"roles_right\":true"), "{report}");
        let calls = player.host_calls().unwrap();
        assert_eq!((calls.callback, calls.wrong_thread), (3, 0));
    }
}

#[test]
fn a_plugin_that_never_stops_asking_for_a_restart_is_played_all_the_same() {
    for mut player in players() {
        player.set("Mode", "Restart").unwrap();
        player.activate(&STEREO).unwrap();
        let (input, output) = play_blocks(&mut *player, &[64], nothing);
        assert_eq!(output[0][LATENCY_FRAMES..], input[0][..64 - LATENCY_FRAMES]);
        assert!(player.host_calls().unwrap().restart > 1);
    }
}

#[test]
fn the_plugin_knows_its_track_its_position_and_the_kind_of_render() {
    for mut player in players() {
        player.activate(&Activation { offline: true, ..STEREO }).unwrap();
        let (mut left, mut right) = ([0.0; 100], [0.0; 100]);
        let mut output = [&mut left[..], &mut right[..]];
        player.process(&[&[0.0; 100], &[0.0; 100]], None, &mut output, Position::playing(1_234_567), &[]).unwrap();
        let report = player.report().unwrap().unwrap();
        assert!(report.contains("\"track\":\"Drums\",\"color\":[200, 30, 7]"), "{report}");
        assert!(report.contains("\"song_frame\":1234567,\"playing\":true,\"offline\":true"), "{report}");

        player.activate(&STEREO).unwrap();
        player.process(&[&[0.0; 100], &[0.0; 100]], None, &mut output, Position::stopped(77), &[]).unwrap();
        player.set_track(Track { name: Some("Master".into()), color: None, kind: TrackKind::Master }).unwrap();
        let report = player.report().unwrap().unwrap();
        assert!(report.contains("\"track\":\"Master\",\"color\":[0, 0, 0]"), "{report}");
        assert!(report.contains("\"song_frame\":77,\"playing\":false,\"offline\":false"), "{report}");
        assert!(report.contains("\"main_calls\":100"), "told of the new track once: {report}");
        assert_eq!(player.label(), "Test Plugin on \"Master\"");
    }
}

#[test]
fn blocks_that_do_not_fit_are_refused_and_harm_nothing() {
    for mut player in players() {
        let (mut left, mut right) = (vec![0.0; 300], vec![0.0; 300]);
        let input = vec![0.0; 300];
        let at = Position::playing(0);
        let error = player.process(&[&input[..]; 2], None, &mut [&mut left, &mut right], at, &[]).unwrap_err();
        assert!(matches!(error, HostError::NotActive { .. }), "{error}");
        player.activate(&STEREO).unwrap();
        let too_long = player.process(&[&input[..]; 2], None, &mut [&mut left, &mut right], at, &[]);
        assert!(matches!(too_long, Err(HostError::Block { .. })), "{too_long:?}");
        let one_row = player.process(&[&input[..9]], None, &mut [&mut left[..9]], at, &[]);
        assert!(matches!(one_row, Err(HostError::Block { .. })), "{one_row:?}");
        let late = [ParameterChange { frame: 9, id: GAIN, value: 0.0 }];
        let late = player.process(&[&input[..9]; 2], None, &mut [&mut left[..9], &mut right[..9]], at, &late);
        assert!(matches!(late, Err(HostError::Block { .. })), "{late:?}");
        player.process(&[&input[..9]; 2], None, &mut [&mut left[..9], &mut right[..9]], at, &[]).unwrap();
    }
}

#[test]
fn a_plugin_that_fails_is_named() {
    for mut player in players() {
        player.set("Mode", "Fail").unwrap();
        player.activate(&STEREO).unwrap();
        let (mut left, mut right) = ([0.0; 8], [0.0; 8]);
        let failed = player.process(&[&[0.0; 8][..]; 2], None, &mut [&mut left, &mut right], Position::playing(0), &[]);
        let error = failed.unwrap_err();
        assert!(matches!(&error, HostError::Process { plugin, .. } if plugin.contains("Drums")), "{error}");
    }
}

#[test]
fn reset_forgets_the_sound() {
    for mut player in players() {
        player.activate(&STEREO).unwrap();
        play_blocks(&mut *player, &[64], nothing);
        player.reset().unwrap();
        let (mut left, mut right) = ([9.0; 8], [9.0; 8]);
        player.process(&[&[0.0; 8][..]; 2], None, &mut [&mut left, &mut right], Position::playing(64), &[]).unwrap();
        assert_eq!((left, right), ([0.0; 8], [0.0; 8]));
    }
}

#[test]
fn what_is_no_bundle_is_refused_alike() {
    let folder = common::Folder::new();
    std::fs::write(folder.join("text.clap"), "not a library").unwrap();
    for path in [folder.join("nowhere.clap"), folder.join("text.clap")] {
        let here = Instance::load(&path, None, Track::default()).err().unwrap();
        let there = Remote::load_with(&common::program(), &path, None, Track::default()).err().unwrap();
        assert!(matches!(&here, HostError::Bundle { path: named, .. } if *named == path), "{here}");
        assert_eq!(here, there);
    }
    let error = Instance::load(bundle(), Some("org.stemma.nothing"), track()).err().unwrap();
    assert!(error.to_string().contains("org.stemma.test-plugin"), "{error}");
}
