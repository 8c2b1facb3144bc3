//! A plugin in its own process can die in every way without taking anyone along.

#![allow(clippy::unwrap_used, reason = "the helpers of a test fail like the test itself")]

mod common;

use std::path::Path;
use std::time::{Duration, Instant};

use common::{GAIN, STEREO, bundle, noise, program, remote, track};
use host::{HostError, Player, Position, Remote};

fn process_a_block(player: &mut dyn Player) -> Result<(), HostError> {
    let (mut left, mut right) = ([0.0; 64], [0.0; 64]);
    player.process(&[&[0.5; 64][..]; 2], None, &mut [&mut left, &mut right], Position::playing(0), &[])
}

/// No process has this id; only Linux can be asked so simply.
fn assert_gone(id: u32) {
    assert!(!Path::new(&format!("/proc/{id}")).exists(), "process {id} is still there");
}

#[test]
fn a_crash_is_told_with_plugin_track_and_signal() {
    let mut player = remote();
    (&mut player as &mut dyn Player).set("Mode", "Crash").unwrap();
    player.activate(&STEREO).unwrap();
    let error = process_a_block(&mut player).unwrap_err();
    let text = error.to_string();
    assert!(matches!(error, HostError::Died { .. }), "{text}");
    assert!(text.contains("Test Plugin on \"Drums\"") && text.contains("process audio"), "{text}");
    #[cfg(unix)]
    assert!(text.contains("signal 6"), "{text}");
    // Later calls say the same at once.
    assert_eq!(player.value(GAIN), Err(error));
}

#[cfg(unix)]
#[test]
fn a_killed_process_is_told_and_the_others_play_on() {
    let (mut victim, mut other) = (remote(), remote());
    for player in [&mut victim, &mut other] {
        player.activate(&STEREO).unwrap();
        process_a_block(player).unwrap();
    }
    victim.kill();
    let error = process_a_block(&mut victim).unwrap_err();
    assert!(matches!(&error, HostError::Died { status, .. } if status.contains("signal 9")), "{error}");
    process_a_block(&mut other).unwrap();
}

#[test]
fn a_plugin_that_hangs_is_ended_and_told() {
    let mut player = remote();
    (&mut player as &mut dyn Player).set("Mode", "Hang").unwrap();
    player.activate(&STEREO).unwrap();
    // Only now: on a busy machine even an honest answer may take a while.
    player.set_patience(Duration::from_secs(1));
    let start = Instant::now();
    let error = process_a_block(&mut player).unwrap_err();
    assert!(matches!(error, HostError::NoAnswer { seconds: 1, .. }), "{error}");
    // Half of what it would have waited without being told.
    assert!(start.elapsed() < Duration::from_secs(30));
    assert_gone(player.process_id());
    assert_eq!(process_a_block(&mut player), Err(error));
}

#[test]
fn what_a_plugin_prints_does_not_disturb_the_audio() {
    let mut player = remote();
    (&mut player as &mut dyn Player).set("Mode", "Print").unwrap();
    player.activate(&STEREO).unwrap();
    for _ in 0..20 {
        process_a_block(&mut player).unwrap();
    }
}

#[test]
fn several_processes_play_at_the_same_time() {
    let mut players: Vec<Remote> = (0..3).map(|_| remote()).collect();
    let input = noise(2, 64);
    let rows: Vec<&[f32]> = input.iter().map(Vec::as_slice).collect();
    for player in &mut players {
        player.activate(&STEREO).unwrap();
        player.send_block(&rows, None, Position::playing(0), &[]).unwrap();
    }
    // A second block before the first is fetched is a mistake, and said.
    assert!(matches!(players[0].send_block(&rows, None, Position::playing(0), &[]), Err(HostError::Block { .. })));
    for player in &mut players {
        let (mut left, mut right) = ([0.0; 64], [0.0; 64]);
        player.receive_block(&mut [&mut left, &mut right]).unwrap();
        assert_eq!((&left[5..], &right[5..]), (&input[0][..59], &input[1][..59]));
    }
}

#[test]
fn a_dropped_player_leaves_no_process() {
    let player = remote();
    let id = player.process_id();
    drop(player);
    assert_gone(id);
}

#[test]
fn a_program_that_is_not_there_is_named() {
    let error = Remote::load_with(Path::new("/nowhere/stemma-host"), bundle(), None, track()).err().unwrap();
    assert!(matches!(error, HostError::Spawn { .. }) && error.to_string().contains("/nowhere/stemma-host"), "{error}");
}

#[cfg(unix)]
#[test]
fn a_program_that_is_no_host_is_an_error_and_no_wait() {
    let error = Remote::load_with(Path::new("/bin/true"), bundle(), None, track()).err().unwrap();
    assert!(matches!(error, HostError::Died { .. }), "{error}");
    assert!(program().exists());
}
