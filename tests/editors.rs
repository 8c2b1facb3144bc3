//! The windows: opened and closed over and over, and side by side, on a screen nobody sees. Each test runs in a process
//! of its own, since the plugins find their screen in the environment.

use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

use host::{Activation, Display, Instance, Player, Position, Track, Window};
use x11rb::protocol::res::ConnectionExt;

use crate::bundles::{Product, session_directory};

const ROLE: &str = "STEMMA_TEST_WINDOWS";

/// How often each window is opened.
const ROUNDS: usize = 100;

/// Gives a test a process and a screen; says so where there is no screen to be had.
fn on_a_screen(role: &str) {
    let Some(screen) = Display::start(2600, 1600) else {
        println!("skipped: Xvfb is not installed (sudo apt-get install -y xvfb)");
        return;
    };
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "editors::a_process_of_its_own", "--nocapture"])
        .env(ROLE, role)
        .env("DISPLAY", screen.name())
        // With an arena for every thread, glibc keeps a megabyte of each window for the threads to come.
        .env("MALLOC_ARENA_MAX", "1")
        .env("STEMMA_SESSION_DIR", session_directory())
        .env("STEMMA_CONFIG_DIR", session_directory())
        .output()
        .unwrap();
    let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    assert!(output.status.success(), "{}\n{}\n{}", output.status, said[0], said[1]);
    said[0].lines().filter(|line| line.starts_with('—')).for_each(|line| println!("{line}"));
}

#[test]
fn windows_opened_a_hundred_times_leave_nothing_behind() {
    on_a_screen("again and again");
}

#[test]
fn two_windows_of_one_plugin_and_that_of_the_other_draw_side_by_side() {
    on_a_screen("side by side");
}

#[test]
fn a_window_that_is_laid_out_before_it_is_shown_draws() {
    on_a_screen("laid out first");
}

#[test]
fn a_process_of_its_own() {
    match std::env::var(ROLE).as_deref() {
        Ok("again and again") => again_and_again(),
        Ok("side by side") => side_by_side(),
        Ok("laid out first") => laid_out_first(),
        _ => {}
    }
}

/// A plugin that is playing.
fn open(product: Product) -> Instance {
    let mut instance = Instance::load(product.clap_library(), None, Track::bus("Drums")).unwrap();
    let activation = Activation { sample_rate_hz: 48_000.0, max_frames: 256, channels: 2, offline: false };
    instance.activate(&activation).unwrap();
    instance
}

fn play(instance: &mut Instance, frame: i64) {
    let (input, mut output) = (vec![vec![0.25; 256]; 2], vec![vec![0.0; 256]; 2]);
    let input: Vec<&[f32]> = input.iter().map(Vec::as_slice).collect();
    let mut output: Vec<&mut [f32]> = output.iter_mut().map(Vec::as_mut_slice).collect();
    instance.process(&input, None, &mut output, Position::playing(frame), &[]).unwrap();
}

/// How often a window is looked at before it counts as empty. Each look takes a while itself, and takes it from the same
/// machine, so that a busy one gives the window as many chances as an idle one.
const LOOKS: usize = 1_000;

/// Waits until the window shows more than its background.
fn wait_for_drawing(window: &Window, instance: &mut Instance) {
    for look in 0..LOOKS {
        play(instance, 256 * look as i64);
        window.serve(instance).unwrap();
        if window.picture().unwrap().is_drawn() {
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("{}: the window is empty after {LOOKS} looks", instance.label());
}

/// What a process has open.
#[derive(Clone, Copy, Debug)]
struct Open {
    files: usize,
    threads: usize,
    /// Connections to the screen, of all its programs.
    clients: usize,
}

impl Open {
    /// Whether there is nothing that was not there before; a window closed before the first count may still have been
    /// going.
    fn is_within(self, before: Self) -> bool {
        self.files <= before.files && self.threads <= before.threads && self.clients <= before.clients
    }
}

fn count() -> Open {
    let entries = |folder| fs::read_dir(folder).unwrap().count();
    let (screen, _) = x11rb::connect(None).unwrap();
    let clients = screen.res_query_clients().unwrap().reply().unwrap().clients.len();
    Open { files: entries("/proc/self/fd"), threads: entries("/proc/self/task"), clients }
}

fn resident_kib() -> usize {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

fn again_and_again() {
    let mut instances = Product::ALL.map(open);
    let mut rounds = |count: usize| {
        for round in 0..count {
            for instance in &mut instances {
                let window = Window::open(instance, 0, 0).unwrap();
                play(instance, 256 * round as i64);
                window.serve(instance).unwrap();
                // Some are closed before they have drawn anything, as by a hand that clicked twice.
                if round % 4 == 0 {
                    wait_for_drawing(&window, instance);
                }
                window.close(instance).unwrap();
            }
        }
    };
    // What a library makes once and keeps is made by then.
    rounds(10);
    let (before, before_kib) = (count(), resident_kib());
    rounds(ROUNDS);
    // A thread that has been told to end may take its time.
    let until = Instant::now() + Duration::from_secs(30);
    while !count().is_within(before) && Instant::now() < until {
        std::thread::sleep(Duration::from_millis(50));
    }
    let after = count();
    assert!(after.is_within(before), "{after:?} after {ROUNDS} openings of each window, {before:?} before");
    let grown_kib = resident_kib().saturating_sub(before_kib);
    println!("— {ROUNDS} openings of each window: {grown_kib} KiB more in memory, {before:?} before, {after:?} after");
    // 0 to 90 KiB of each stays (measured), more of those that drew; a window's picture alone has 4 MiB.
    assert!(grown_kib < 2 * ROUNDS * 256, "{grown_kib} KiB more after {ROUNDS} openings of each window");
}

fn side_by_side() {
    let mut instances = [Product::StemTrim, Product::StemTrim, Product::MasterBus].map(open);
    let places = [(0, 0), (0, 780), (1150, 0)];
    let at_a_place = |(instance, (left, top)): (&mut Instance, _)| Window::open(instance, left, top).unwrap();
    let mut windows: Vec<Window> = instances.iter_mut().zip(places).map(at_a_place).collect();
    // One after the other is closed, and the others go on.
    for first in 0..instances.len() {
        for (window, instance) in windows.iter().zip(&mut instances[first..]) {
            wait_for_drawing(window, instance);
        }
        windows.remove(0).close(&mut instances[first]).unwrap();
    }
}

fn laid_out_first() {
    let pause = || std::thread::sleep(Duration::from_millis(50));
    for product in Product::ALL {
        let mut instance = open(product);
        for size in [None, Some((1_300, 870)), Some((1_500, 1_000))] {
            let lay_out = |window: &Window| {
                if let Some((width, height)) = size {
                    window.stretch(width, height)?;
                }
                // The plugin shall have noticed before it is shown.
                pause();
                Ok(())
            };
            let window = Window::open_and(&mut instance, 0, 0, lay_out).unwrap();
            wait_for_drawing(&window, &mut instance);
            window.close(&mut instance).unwrap();
        }
    }
}
