//! Membership: an instance's place in the session, from its first activation to its end, kept by the project file.

use std::sync::{Mutex, MutexGuard, PoisonError};

use dsp::meter::Readings;
use nice_plug::params::persist::PersistentField;
use serde::{Deserialize, Serialize};
use session::identity::{Identity, Info, Kind};
use session::member::{Link, Member};
use session::meters::Meters;
use session::publisher::Publisher;

/// What the project file keeps of an identity.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SavedIdentity {
    instance: String,
    session: Option<String>,
    session_name: String,
    across_applications: bool,
}

impl From<&Identity> for SavedIdentity {
    fn from(identity: &Identity) -> Self {
        Self {
            instance: identity.instance.to_string(),
            session: identity.session.map(|session| session.to_string()),
            session_name: identity.session_name.clone(),
            across_applications: identity.across_applications,
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
        }
    }
}

/// An instance's place in the session. It joins with its first activation, so that a host that only looks at the
/// plugin leaves no trace, and leaves when it is dropped.
///
/// As a persistent field it saves who the instance *is* by then: the session may have given a copied track a new id.
pub struct Membership {
    kind: Kind,
    seat: Mutex<Seat>,
}

struct Seat {
    /// Who to join as; after joining the member knows better.
    identity: Identity,
    member: Option<Member>,
}

impl Membership {
    /// A new instance that has not joined. `[setup]`
    pub fn new(kind: Kind) -> Self {
        Self { kind, seat: Mutex::new(Seat { identity: Identity::new(), member: None }) }
    }

    /// The audio thread's end for an activation; the first call joins the session. `info` is asked again and again for
    /// what the others should be told, on the session's own thread. `[setup]`
    pub fn publisher(&self, info: impl Fn() -> Info + Send + Sync + 'static) -> Publisher {
        let mut seat = self.seat();
        let Seat { identity, member } = &mut *seat;
        let member = member.get_or_insert_with(|| Member::join(self.kind, identity.clone(), info()));
        member.follow_info(info);
        member.publisher()
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

    /// Whom the instance is linked to, or why not, as a sentence for the musician. `[main]`
    pub fn link_sentence(&self) -> String {
        let told = self.with_member(|member| (member.link(), member.local_only()));
        let Some((link, local_only)) = told else { return "Not active yet".to_owned() };
        let sentence = match link {
            Link::Opening => "Looking for the session".to_owned(),
            Link::Linked { session_name } => format!("Linked to {session_name}"),
            Link::Waiting { session_name } if session_name.is_empty() => "Waiting for a Master Bus".to_owned(),
            Link::Waiting { session_name } => format!("Waiting for the Master Bus of {session_name}"),
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
        if let Some(member) = &seat.member {
            member.set_identity(&seat.identity);
        }
    }

    fn map<F, R>(&self, read: F) -> R
    where
        F: Fn(&SavedIdentity) -> R,
    {
        let seat = self.seat();
        let identity = seat.member.as_ref().map_or_else(|| seat.identity.clone(), Member::identity);
        read(&SavedIdentity::from(&identity))
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
