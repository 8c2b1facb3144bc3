//! Membership: an instance's place in the session, from its first activation to its end, kept by the project file.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use dsp::meter::Readings;
use nice_plug::params::persist::PersistentField;
use serde::{Deserialize, Serialize};
use session::command::{Answer, Command};
use session::identity::{Identity, Info, Kind};
use session::member::{Candidate, Link, Member, StemId, StemView};
use session::meters::Meters;
use session::publisher::Publisher;

pub use crate::notice::{Notice, adopt_line, candidate_line};
use crate::remote::Remote;

/// What the project file keeps of an identity.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SavedIdentity {
    instance: String,
    session: Option<String>,
    session_name: String,
    across_applications: bool,
    #[serde(skip_serializing_if = "is_none")]
    stem_number: u32,
}

/// A stem that never needed a number has none in the project file.
fn is_none(stem_number: &u32) -> bool {
    *stem_number == 0
}

impl From<&Identity> for SavedIdentity {
    fn from(identity: &Identity) -> Self {
        Self {
            instance: identity.instance.to_string(),
            session: identity.session.map(|session| session.to_string()),
            session_name: identity.session_name.clone(),
            across_applications: identity.across_applications,
            stem_number: identity.stem_number,
        }
    }
}

impl SavedIdentity {
    /// The identity; an instance whose id is not readable gets a fresh one, as a copied track would.
    fn identity(&self) -> Identity {
        let fresh = Identity::new();
        Identity {
            instance: self.instance.parse().unwrap_or(fresh.instance),
            session: self.session.as_deref().and_then(|session| session.parse().ok()),
            session_name: self.session_name.clone(),
            across_applications: self.across_applications,
            stem_number: self.stem_number,
        }
    }
}

/// How long after its first activation an instance still takes whatever identity is loaded into it.
const SETTLING: Duration = Duration::from_secs(5);

/// An instance's place in the session. It joins with its first activation, so that a host that only looks at the
/// plugin leaves no trace, and leaves when it is dropped.
///
/// As a persistent field it saves who the instance *is* by then: the session may have given a copied track a new id.
pub struct Membership {
    kind: Kind,
    seat: Mutex<Seat>,
    remote: Remote,
}

struct Seat {
    /// Who to join as; after joining the member knows better.
    identity: Identity,
    member: Option<Member>,
    /// When it joined.
    joined: Option<Instant>,
    /// The identity came from a project.
    is_restored: bool,
}

impl Seat {
    fn identity(&self) -> Identity {
        self.member.as_ref().map_or_else(|| self.identity.clone(), Member::identity)
    }
}

impl Membership {
    /// A new instance that has not joined. `[setup]`
    pub fn new(kind: Kind) -> Self {
        let seat = Seat { identity: Identity::new(), member: None, joined: None, is_restored: false };
        Self { kind, seat: Mutex::new(seat), remote: Remote::default() }
    }

    /// The audio thread's end for an activation; the first call joins the session. `info` is asked again and again for
    /// what the others should be told, on the session's own thread; there `obey` does what a master asks while no audio
    /// runs. `[setup]`
    pub fn publisher(
        &self,
        info: impl Fn() -> Info + Send + Sync + 'static,
        obey: impl Fn(Command) -> Answer + Send + Sync + 'static,
    ) -> Publisher {
        let mut seat = self.seat();
        seat.joined.get_or_insert_with(Instant::now);
        let Seat { identity, member, .. } = &mut *seat;
        let member = member.get_or_insert_with(|| Member::join(self.kind, identity.clone(), info()));
        member.follow_info(info);
        member.follow_commands(obey);
        member.publisher()
    }

    /// Whether a state that says this about the session, as JSON, may make this instance another one: it is being
    /// restored with its project, or copied from another track. A preset may not: it comes to an instance that has been
    /// restored before, or has been at work for a while, and is of another instance. `[main]`
    pub fn may_become(&self, saved: &str) -> bool {
        let Ok(saved) = serde_json::from_str::<SavedIdentity>(saved) else { return false };
        let seat = self.seat();
        let is_settled = seat.is_restored || seat.joined.is_some_and(|joined| joined.elapsed() > SETTLING);
        !is_settled || saved.instance == seat.identity().instance.to_string()
    }

    /// Leaves the session; a plugin does so when it is dropped. Left to the last reference, the end could fall to the
    /// session's own thread, which may be asking for `info` just then and cannot wait for itself. `[main]`
    pub fn leave(&self) {
        let member = self.seat().member.take();
        drop(member);
    }

    /// Asks the member something, if the instance has joined. `[main]`
    pub fn with_member<T>(&self, ask: impl FnOnce(&Member) -> T) -> Option<T> {
        self.seat().member.as_ref().map(ask)
    }

    /// The same for the thread of the session itself, which must not wait for whoever is at the seat just then: `None`
    /// when somebody is. `[any]`
    pub fn try_with_member<T>(&self, ask: impl FnOnce(&Member) -> T) -> Option<T> {
        self.seat.try_lock().ok()?.member.as_ref().map(ask)
    }

    /// The name the others see; "Stem" before the instance has joined. `[main]`
    pub fn name(&self) -> String {
        self.with_member(Member::name).unwrap_or_else(|| "Stem".to_owned())
    }

    /// The visible name of the session, empty for none. `[main]`
    pub fn session_name(&self) -> String {
        self.seat().identity().session_name
    }

    /// The sessions the instance could be in instead, for a menu; see [`candidate_line`]. `[main]`
    pub fn candidates(&self) -> Vec<Candidate> {
        self.with_member(Member::sessions).unwrap_or_default()
    }

    /// Goes into another session; a master takes its stems along. `[main]`
    pub fn choose(&self, candidate: &Candidate) {
        {
            let identity = &mut self.seat().identity;
            identity.session = Some(candidate.session);
            identity.session_name.clone_from(&candidate.session_name);
        }
        self.with_member(|member| member.choose(candidate));
    }

    /// How many stems ask which session they belong to; see [`adopt_line`]. `[main]`
    pub fn undecided_stem_count(&self) -> usize {
        match self.kind {
            Kind::Master => self.with_member(Member::undecided_stem_count).unwrap_or(0),
            Kind::Stem => 0,
        }
    }

    /// Whether the same session in other applications and projects is linked, too. `[main]`
    pub fn is_linked_across_applications(&self) -> bool {
        self.seat().identity().across_applications
    }

    /// Switches that. `[main]`
    pub fn link_across_applications(&self, on: bool) {
        self.seat().identity.across_applications = on;
        self.with_member(|member| member.link_across_applications(on));
    }

    /// The stems of the session, as they are now. `[main]`
    pub fn stems(&self) -> Vec<StemView> {
        let mut stems = Vec::new();
        self.with_member(|member| member.stems(&mut stems));
        stems
    }

    /// What the user should know beside [`Membership::link_sentence`], one sentence each, for a banner. It is about the
    /// lists that are shown beside it: [`Membership::stems`], [`Membership::candidates`] and
    /// [`Membership::undecided_stem_count`]. `[main]`
    pub fn notices(&self, stems: &[StemView], candidates: &[Candidate], undecided_stem_count: usize) -> Vec<Notice> {
        let mut notices = Vec::new();
        if self.kind == Kind::Master {
            let mut masters = Vec::new();
            self.with_member(|member| member.masters(&mut masters));
            let own = self.seat().identity().instance;
            let other = masters.into_iter().find(|master| master.instance != own);
            notices.extend(other.map(|other| Notice::AnotherMaster { host_name: other.info.host_name.clone() }));
        }
        // Only to a master: a stem is offered no session without one.
        let waiting: Vec<&Candidate> = candidates.iter().filter(|candidate| !candidate.has_master).collect();
        if let [first, more @ ..] = waiting.as_slice() {
            notices.push(Notice::Waiting {
                session_name: first.session_name.clone(),
                more: more.len(),
                stem_count: waiting.iter().map(|candidate| candidate.stem_count).sum(),
            });
        }
        if undecided_stem_count > 0 {
            notices.push(Notice::Undecided { stem_count: undecided_stem_count });
        }
        let majors = self.with_member(Member::other_versions).unwrap_or_default();
        notices.extend(majors.into_iter().map(|major| Notice::OtherVersion { major }));
        if let Some(soloed) = stems.iter().find(|stem| stem.soloed) {
            notices.push(Notice::Solo { name: soloed.info.name.clone() });
        }
        notices
    }

    /// A master asks a stem for a trim, a mute, a solo, to show which it is, or to take a colour. The newest wish of a
    /// kind counts, so a control may ask in every frame of a drag. False when the stem cannot be asked: it has left, or
    /// the master is not in the session yet. `[main]`
    pub fn ask(&self, stem: StemId, command: Command) -> bool {
        self.with_member(|member| self.remote.ask(member, stem, command)).unwrap_or(false)
    }

    /// Why what was asked of a stem last has no effect, as a sentence, for some seconds; nothing while it has one, or
    /// still may. `[main]`
    pub fn reason(&self, stem: StemId) -> Option<&'static str> {
        self.with_member(|member| self.remote.reason(member, stem)).flatten()
    }

    /// Whether the stem has still to answer what it was asked last. `[main]`
    pub fn is_pending(&self, stem: StemId) -> bool {
        self.with_member(|member| self.remote.is_pending(member, stem)).unwrap_or(false)
    }

    /// Whom the instance is linked to, or why not, as a sentence for the musician. `[main]`
    pub fn link_sentence(&self) -> String {
        let told = self.with_member(|member| (member.link(), member.local_only()));
        let Some((link, local_only)) = told else { return "Not active yet".to_owned() };
        let sentence = match link {
            Link::Opening => "Looking for the session".to_owned(),
            Link::Linked { session_name } => format!("Linked to {session_name}"),
            Link::Waiting { session_name } if session_name.is_empty() => "Waiting for a Master Bus".to_owned(),
            Link::Waiting { session_name } => format!("Waiting for the Master Bus of {session_name}"),
            Link::Apart { session_name, host_name } => format!(
                "The Master Bus of {session_name} runs in another project or application ({host_name}): switch on Link \
                 across applications to link"
            ),
            Link::Choose { candidates } if candidates.len() == 1 => "Not linked: choose the session".to_owned(),
            Link::Choose { candidates } => format!("Not linked: choose one of {} sessions", candidates.len()),
            Link::Full => "The session is full: 128 instances are open".to_owned(),
        };
        match local_only {
            Some(reason) => format!("{sentence} (this plugin in this process only: {reason})"),
            None => sentence,
        }
    }

    fn seat(&self) -> MutexGuard<'_, Seat> {
        self.seat.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl PersistentField<'_, SavedIdentity> for Membership {
    fn set(&self, saved: SavedIdentity) {
        let mut seat = self.seat();
        seat.identity = saved.identity();
        seat.is_restored = true;
        if let Some(member) = &seat.member {
            member.set_identity(&seat.identity);
        }
    }

    fn map<F, R>(&self, read: F) -> R
    where
        F: Fn(&SavedIdentity) -> R,
    {
        read(&SavedIdentity::from(&self.seat().identity()))
    }
}

/// The readings of a chain as they travel; the caller adds what its chain knows beside the meters. `[audio]`
pub fn meters(readings: &Readings) -> Meters {
    Meters {
        peak_db: readings.peak_dbfs,
        held_peak_db: readings.peak_dbfs,
        rms_db: readings.rms_dbfs,
        momentary_lufs: readings.momentary_lufs,
        short_term_lufs: readings.short_term_lufs,
        integrated_lufs: readings.integrated_lufs,
        max_momentary_lufs: readings.max_momentary_lufs,
        max_short_term_lufs: readings.max_short_term_lufs,
        range_lu: readings.range_lu,
        true_peak_dbtp: readings.true_peak_now_dbtp,
        max_true_peak_dbtp: readings.true_peak_dbtp,
        max_sample_peak_db: readings.sample_peak_dbfs,
        correlation: readings.overall_correlation,
        clip_count: readings.clip_count,
        ..Meters::default()
    }
}

/// "1.2.3" as three numbers. `[any]`
pub fn version(text: &str) -> [u16; 3] {
    let mut numbers = text.split('.').map(|number| number.parse().unwrap_or(0));
    std::array::from_fn(|_| numbers.next().unwrap_or(0))
}
