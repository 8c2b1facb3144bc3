//! Project: what Ardour finds when it starts: a home of its own, and a session with both plugins in it.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use roxmltree::{Document, Node};
use serde_json::Value;

use crate::run;

/// One of the two plugins, and where it sits.
pub struct Place {
    /// The plugin, its bundle and its window.
    pub plugin: &'static str,
    /// The track or bus.
    pub route: &'static str,
    /// Its class in the VST3 bundle.
    class: &'static str,
    /// Where the mixer shows it.
    pub nth_from_left: usize,
    /// Where its window opens.
    left: u32,
    top: u32,
}

impl Place {
    /// What Ardour writes above the editor.
    pub fn window_title(&self) -> String {
        format!("{}: {} (by Stemma) [VST3]", self.route, self.plugin)
    }
}

/// The stem, and the master it goes into.
pub const STEM: Place = Place {
    plugin: "Stem Trim",
    route: "Drums",
    class: "2C48BCE44444596CA50E589670803A20",
    nth_from_left: 0,
    left: 1560,
    top: 1150,
};
pub const MASTER: Place = Place {
    plugin: "Master Bus",
    route: "Master",
    class: "832DC943597650449D616AE7D7134EDF",
    nth_from_left: 1,
    left: 1560,
    top: 10,
};

/// Ardour's versions this may be: the names of its programs and folders have the number in them.
const VERSIONS: [u32; 3] = [9, 8, 7];

/// A session on the disk, and the home of the Ardour that opens it.
pub struct Project {
    version: u32,
    folder: PathBuf,
}

impl Project {
    /// Makes both in an empty folder.
    pub fn make(folder: &Path) -> Result<Self> {
        let installed = |version: &u32| library(*version).is_dir();
        let version = VERSIONS.into_iter().find(installed).context("this Ardour is none of the versions 7 to 9")?;
        let project = Self { version, folder: folder.to_owned() };
        project.make_home()?;
        for place in [&STEM, &MASTER] {
            project.scan(place)?;
        }
        project.make_session()?;
        Ok(project)
    }

    /// What Ardour is told of the world: a home where nobody lives, and no sessions or presets but its own.
    pub fn environment(&self) -> Vec<(&'static str, OsString)> {
        let mut environment = vec![
            ("HOME", self.home().into_os_string()),
            ("STEMMA_SESSION_DIR", self.folder.clone().into_os_string()),
            ("STEMMA_CONFIG_DIR", self.folder.clone().into_os_string()),
            ("NO_AT_BRIDGE", "1".into()),
        ];
        for (name, inside) in
            [("XDG_CONFIG_HOME", ".config"), ("XDG_CACHE_HOME", ".cache"), ("XDG_DATA_HOME", ".local/share")]
        {
            environment.push((name, self.home().join(inside).into_os_string()));
        }
        environment
    }

    /// From its next start on, Ardour hides an editor that is closed and shows it again; before, it throws it away
    /// and makes a new one.
    pub fn hide_closed_editors(&self) -> Result<()> {
        let file = self.config().join("ui_config");
        let (destroyed, hidden) = ("PluginGUIDestroyAny", "PluginGUIHide");
        let text = fs::read_to_string(&file)?.replace(destroyed, hidden);
        ensure!(text.contains(hidden), "{}: Ardour no longer says what closing an editor does", file.display());
        Ok(fs::write(&file, text)?)
    }

    /// The folder of the session, which Ardour opens.
    pub fn session(&self) -> PathBuf {
        self.folder.join("stems")
    }

    /// The file in it.
    pub fn session_file(&self) -> PathBuf {
        self.session().join("stems.ardour")
    }

    /// Where Ardour writes how it can be talked to.
    pub fn address_file(&self) -> PathBuf {
        self.config().join("osc_url")
    }

    /// What the project remembers of a plugin.
    pub fn state(&self, place: &Place) -> Result<Value> {
        let text = fs::read_to_string(self.session_file())?;
        let document = Document::parse(&text)?;
        let is_it = |node: &Node| node.has_tag_name("Processor") && node.attribute("unique-id") == Some(place.class);
        let processor = document.descendants().find(is_it);
        let chunk = processor.and_then(|node| node.descendants().find(|node| node.has_tag_name("chunk")));
        let chunk = chunk.and_then(|chunk| chunk.text());
        let chunk = chunk.with_context(|| format!("the saved session has no state of {}", place.plugin))?;
        let bytes = STANDARD.decode(chunk.split_whitespace().collect::<String>())?;
        // VST3 wraps a state: identifier, version, class, and the place of the list behind it.
        let state = bytes.get(40..48).and_then(|place| place.try_into().ok()).map(u64::from_le_bytes);
        let state = state.and_then(|end| bytes.get(48..usize::try_from(end).ok()?));
        let json = state.and_then(|state| Some(&state[state.iter().position(|byte| *byte == b'{')?..]));
        let json = json.with_context(|| format!("the state of {} is cut short", place.plugin))?;
        serde_json::from_slice(json).with_context(|| format!("the state of {} cannot be read", place.plugin))
    }

    fn home(&self) -> PathBuf {
        self.folder.join("home")
    }

    fn config(&self) -> PathBuf {
        self.home().join(format!(".config/ardour{}", self.version))
    }

    /// A home in which Ardour asks nothing: it has been here before, plays pink noise to nobody, and listens to us.
    fn make_home(&self) -> Result<()> {
        let config = self.config();
        for folder in [&config, &self.home().join(".local/share"), &self.home().join(".cache")] {
            fs::create_dir_all(folder)?;
        }
        let settings = include_str!("config.xml").replace("BUNDLES", &bundles().display().to_string());
        for (file, text) in [
            (format!(".a{}", self.version), ""),
            ("config".to_owned(), &settings),
            ("ui_config".to_owned(), include_str!("ui_config.xml")),
            ("instant.xml".to_owned(), "<instant><no-memory-warning/></instant>"),
            // Where there is such a file, Ardour writes its address into it.
            ("osc_url".to_owned(), ""),
        ] {
            fs::write(config.join(file), text)?;
        }
        Ok(())
    }

    /// Has Ardour read a bundle and remember what is in it.
    fn scan(&self, place: &Place) -> Result<()> {
        let bundle = bundles().join(format!("{}.vst3", place.plugin));
        let library = library(self.version);
        let scanner = Command::new(library.join("ardour-vst3-scanner"))
            .args(["-f", "-q"])
            .arg(&bundle)
            .env("LD_LIBRARY_PATH", &library)
            .envs(self.environment())
            .output()?;
        if !scanner.status.success() {
            let said = String::from_utf8_lossy(&scanner.stderr).into_owned();
            bail!("Ardour cannot read {}: {}\n{said}", bundle.display(), scanner.status);
        }
        Ok(())
    }

    /// A session with a track that hears the noise and goes into the master, each with its plugin and its open editor.
    fn make_session(&self) -> Result<()> {
        let script = self.folder.join("session.lua");
        fs::write(&script, include_str!("session.lua"))?;
        let made = Command::new(format!("ardour{}-lua", self.version))
            .arg(&script)
            .arg(self.session())
            .envs(self.environment())
            .stdin(Stdio::null())
            .output()
            .context("Ardour's Lua cannot be started")?;
        let file = self.session_file();
        let text = fs::read_to_string(&file).with_context(|| {
            format!("Ardour's Lua made no session ({}): {}", made.status, String::from_utf8_lossy(&made.stderr))
        })?;
        fs::write(&file, with_plugins(&text).context("this Ardour writes sessions in another way")?)?;
        Ok(())
    }
}

fn bundles() -> PathBuf {
    run::target().join("bundled")
}

fn library(version: u32) -> PathBuf {
    PathBuf::from(format!("/usr/lib/ardour{version}"))
}

/// A session as Ardour wrote it, with the plugins in their places, their editors open, and the track listening.
fn with_plugins(session: &str) -> Option<String> {
    let (before, rest) = session.split_once("id-counter=\"")?;
    let (counter, rest) = rest.split_once('"')?;
    let first: u64 = counter.parse().ok()?;
    let mut session = format!("{before}id-counter=\"{}\"{rest}", first + 2);
    let mut windows = String::new();
    for (place, id) in [(&STEM, first), (&MASTER, first + 1)] {
        let Place { plugin, route, class, left, top, .. } = place;
        let start = session.find(&format!("name=\"{route}\" default-type=\"audio\""))?;
        let head = &session[..start];
        let route_id = head.get(head.rfind("<Route ")?..)?.split_once(" id=\"")?.1.split_once('"')?.0.to_owned();
        windows += &format!(
            "<Window name=\"P-{route_id}-{id}\" visible=\"1\" custom-ui=\"1\" x-off=\"{left}\" y-off=\"{top}\"/>"
        );
        // Behind the input's trim, before the fader.
        let trim = start + session[start..].find("type=\"trim\"")?;
        let here = trim + session[trim..].find("<Processor ")?;
        let processor = format!(
            "<Processor id=\"{id}\" name=\"{plugin}\" active=\"1\" type=\"vst3\" unique-id=\"{class}\" count=\"1\"/>"
        );
        session.insert_str(here, &processor);
    }
    let listening = "value=\"1\" monitoring=\"MonitorInput\"";
    let session = session.replace("value=\"0\" monitoring=\"\"", listening);
    // A blue track: what is red in the mixer is a plugin.
    let blue = format!("flags=\"AudioTrack,OrderSet\" color=\"{}\"", 0x4f7f_bfff_u32);
    let session = session.replace("flags=\"AudioTrack,OrderSet\" color=\"0\"", &blue);
    let is_whole = session.contains(listening) && session.contains(&blue);
    is_whole.then(|| session.replace("</Session>", &format!("<Extra><UI>{windows}</UI></Extra></Session>")))
}
