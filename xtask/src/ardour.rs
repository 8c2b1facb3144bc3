//! `ardour`: both editors inside a real DAW, as VST3, opened, resized, closed, opened again, saved and restored.
//!
//! `project` is what Ardour finds on the disk · `desk` is Ardour while it runs · `mixer` finds the plugins in it · this
//! file is the two visits: a session with both plugins is opened and saved, then opened again.

mod desk;
mod mixer;
mod project;

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use host::{Display, Picture};
use serde_json::Value;

use crate::{bundle, needs, run, screenshots};
use desk::Desk;
use project::{MASTER, Place, Project, STEM};

/// The editors inside Ardour.
#[derive(clap::Args)]
pub struct Options {
    /// The folder of the pictures and of what Ardour said
    #[arg(long, default_value = "target/ardour", value_name = "DIR")]
    out: PathBuf,
    /// Use the bundles as they are instead of building them first
    #[arg(long)]
    no_build: bool,
}

/// Points of the screen: Ardour at the left, both editors at the right, none before another.
const SCREEN: [u32; 2] = [3200, 2200];

/// The parameter that is moved, how Stem Trim's state calls it, and where to.
const MOVED: (&str, &str, f32) = ("Trim", "trim", 0.25);

/// Seconds of playing before the pictures are taken.
const PLAYING: Duration = Duration::from_secs(8);

/// Both visits; what fails says what was not there.
pub fn run(options: &Options) -> Result<()> {
    if !needs::report(needs::ARDOUR) {
        bail!("the editors are not shown in Ardour");
    }
    if !options.no_build {
        bundle::run()?;
    }
    let out = run::workspace().join(&options.out);
    fs::create_dir_all(&out).with_context(|| format!("{} cannot be made", out.display()))?;
    // In memory, or the session would not go across libraries; and nobody else's.
    let folder = screenshots::private_folder()?;
    let project = Project::make(folder.path())?;
    let screen = Display::start(SCREEN[0], SCREEN[1]).context("Xvfb does not start")?;

    for name in ["first", "second"] {
        let log = out.join(format!("{name}.log"));
        let mut desk = Desk::start(&project, &screen, &log)?;
        let visited = match name {
            "first" => first_visit(&project, &mut desk, &out),
            _ => second_visit(&project, &mut desk, &out),
        };
        if visited.is_err() {
            // What the screen shows says more than what was missing on it; where there is none, that is told as it is.
            if let Ok(picture) = desk.picture() {
                let _ = write(&picture, &out.join("failed.png"));
            }
        }
        visited.and_then(|()| leave(desk)).with_context(|| format!("the {name} visit; see {}", log.display()))?;
        println!("— Ardour has ended well");
        project.hide_closed_editors()?;
    }
    println!("— pictures in {}", out.display());
    Ok(())
}

/// A session that was made elsewhere: everything a hand does to an editor, then saving.
fn first_visit(project: &Project, desk: &mut Desk, out: &Path) -> Result<()> {
    for place in [&STEM, &MASTER] {
        let picture = desk.wait_for_editor(place)?;
        println!("— {}: open, {} × {}", place.plugin, picture.width, picture.height);
    }
    desk.act("Common/show-mixer")?;
    desk.tell("/transport_play", vec![])?;
    for place in [&STEM, &MASTER] {
        desk.wait_for_movement(place)?;
        println!("— {}: moves while Ardour plays", place.plugin);
    }
    thread::sleep(PLAYING);
    for (place, file) in [(&STEM, "stem_trim.png"), (&MASTER, "master_bus.png")] {
        write(&desk.wait_for_editor(place)?, &out.join(file))?;
    }
    write(&desk.picture()?, &out.join("ardour.png"))?;
    for place in [&STEM, &MASTER] {
        // Not smaller than it was: Ardour takes the size an editor opens in for its smallest.
        for larger_by in [160, -80] {
            let picture = desk.resize(place, larger_by)?;
            println!("— {}: resized to {} × {}", place.plugin, picture.width, picture.height);
        }
    }
    for _ in 0..3 {
        open_again(desk, "closed")?;
    }
    // The menu also saves where the windows are and how large.
    let by_menu = |desk: &Desk| desk.act("Common/Save");
    let before = saved(project, desk, &STEM, by_menu)?["params"][MOVED.1].clone();
    desk.set_parameter(MOVED.0, MOVED.2)?;
    // A plugin that is asked for its state at once may not have been given the parameter yet.
    thread::sleep(Duration::from_secs(1));
    let after = saved(project, desk, &STEM, by_menu)?["params"][MOVED.1].clone();
    ensure!(after != before, "{}: {} is {after} as before, though Ardour has moved it", STEM.plugin, MOVED.0);
    let [stem, master] = [session_of(project, &STEM)?, session_of(project, &MASTER)?];
    ensure!(stem == master, "the stem is in session {stem}, the master in {master}: they have not met");
    println!("— saved: both plugins in one session; {} from {before} to {after} by Ardour", MOVED.0);
    Ok(())
}

/// The same session again: as it was left; then the stem's plugin goes while its editor is open.
fn second_visit(project: &Project, desk: &mut Desk, out: &Path) -> Result<()> {
    let before = [project.state(&STEM)?, project.state(&MASTER)?];
    for (place, before) in [&STEM, &MASTER].into_iter().zip(before) {
        desk.wait_for_editor(place)?;
        // The menu would not save what has not changed.
        let after = saved(project, desk, place, |desk| desk.tell("/save_state", vec![]))?;
        ensure!(is_same(&after, &before), "{}: saved\n{before}\nrestored\n{after}", place.plugin);
        println!("— {}: restored, its editor open as it was left", place.plugin);
    }
    desk.tell("/transport_play", vec![])?;
    desk.act("Common/show-mixer")?;
    open_again(desk, "hidden")?;
    desk.remove(&STEM)?;
    desk.wait_for_movement(&MASTER)?;
    println!("— {}: removed with its editor open; {} goes on", STEM.plugin, MASTER.plugin);
    thread::sleep(PLAYING);
    write(&desk.picture()?, &out.join("ardour_without_stem.png"))
}

/// Closes both editors and opens them again, each in the size it had.
fn open_again(desk: &mut Desk, how: &str) -> Result<()> {
    for place in [&STEM, &MASTER] {
        let size = |picture: &Picture| (picture.width, picture.height);
        let before = desk.wait_for_editor(place)?;
        desk.close(place)?;
        desk.open(place)?;
        let is_as_before = |desk: &Desk| Ok(desk.editor(place)?.filter(|picture| size(picture) == size(&before)));
        desk.wait(&format!("the editor of {} comes back in another size", place.plugin), is_as_before)?;
        println!("— {}: {how} and opened again", place.plugin);
    }
    Ok(())
}

/// What a plugin's state is after the session has been saved anew.
fn saved(project: &Project, desk: &mut Desk, place: &Place, save: impl FnOnce(&Desk) -> Result<()>) -> Result<Value> {
    let written = || fs::metadata(project.session_file())?.modified();
    let before = written()?;
    save(desk)?;
    desk.wait("Ardour does not save", |_| Ok((written()? != before).then_some(())))?;
    project.state(place)
}

/// Whether a state has come back. Ardour keeps the state and every parameter beside it, rounded to 24 bits of its range.
fn is_same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one.iter().all(|(key, one)| other.get(key).is_some_and(|other| is_same(one, other)))
        }
        (Value::Number(one), Value::Number(other)) => one
            .as_f64()
            .zip(other.as_f64())
            .is_some_and(|(one, other)| (one - other).abs() <= 1e-6 * one.abs().max(other.abs())),
        _ => one == other,
    }
}

/// The session a plugin's state says it is in.
fn session_of(project: &Project, place: &Place) -> Result<String> {
    let state = project.state(place)?;
    let identity: Value = serde_json::from_str(state["fields"]["session"].as_str().unwrap_or_default())?;
    Ok(identity["session"].to_string())
}

/// Stops, saves and ends Ardour.
fn leave(desk: Desk) -> Result<()> {
    desk.tell("/transport_stop", vec![])?;
    desk.tell("/save_state", vec![])?;
    desk.act("Common/Quit")?;
    desk.wait_for_exit()
}

fn write(picture: &Picture, path: &Path) -> Result<()> {
    let file = File::create(path).with_context(|| format!("{} cannot be written", path.display()))?;
    screenshots::encode(picture, file)
}
