//! The sessions there are to choose from, and how an instance goes from one to another.

use std::time::Instant;

use crate::board::Board;
use crate::census::{Census, Peer};
use crate::identity::Kind;
use crate::member::{Activity, Candidate, Member, StemId, StemView};
use crate::naming::numbered;
use crate::rules::{Party, Step, step};
use crate::uuid::Uuid;

impl Member {
    /// The sessions this instance is not in but could be, sorted by name: those with a master here, and for a master also
    /// those whose stems wait for theirs. Other applications and projects count only where the user links across them.
    /// `[main]`
    pub fn sessions(&self) -> Vec<Candidate> {
        self.shared.read(|board| {
            board.refresh(Instant::now());
            let Some((party, kind)) = party(board, self.seat) else { return Vec::new() };
            let census = &board.census;
            let is_open = |peer: &&Peer| peer.metadata.session != party.session && party.may_meet(&peer.party());
            let of_kind = |kind| census.of_kind(kind).map(|(_, peer)| peer).filter(is_open);
            let stems = of_kind(Kind::Stem).filter(|_| kind == Kind::Master);
            // Masters first: a session that has one does not wait.
            listed(of_kind(Kind::Master).chain(stems), &party, census)
        })
    }

    /// Goes into another session, whatever the instance belonged to. A master takes its stems along, unless they have
    /// another one. `[main]`
    pub fn choose(&self, candidate: &Candidate) {
        let (mut stems, mut masters) = (Vec::new(), Vec::new());
        self.stems(&mut stems);
        self.masters(&mut masters);
        self.change_seat(|seat| {
            if seat.kind == Kind::Master {
                seat.is_name_made_up = candidate.session_name.is_empty();
                let is_alone = masters.iter().all(|master| master.instance == seat.identity.instance);
                seat.to_adopt = stems.iter().filter(|_| is_alone).map(|stem| stem.id).collect();
            }
            seat.identity.session = Some(candidate.session);
            seat.identity.session_name.clone_from(&candidate.session_name);
        });
    }

    /// How many stems are in no session and cannot tell which to join, since there are several. `[main]`
    pub fn undecided_stem_count(&self) -> usize {
        self.shared.read(|board| {
            board.refresh(Instant::now());
            party(board, self.seat).map_or(0, |(party, _)| undecided(&party, &board.census).count())
        })
    }

    /// A master takes them into its session. `[main]`
    pub fn adopt_undecided_stems(&self) {
        self.shared.change(|board| {
            let Some((party, Kind::Master)) = party(board, self.seat) else { return };
            let stems = undecided(&party, &board.census).collect();
            if let Some(seat) = board.seat_mut(self.seat) {
                seat.to_adopt = stems;
            }
        });
    }

    /// A master starts a session of its own and takes its stems along: what to do when a copy of the project is open,
    /// too, and both are in one session. Stems of other applications stay, and of other projects where the host says
    /// which is open. The stems of a master that came as a copy are those that came as copies; when audio runs in some of
    /// them, only those. `[main]`
    pub fn make_independent(&self) {
        let mut stems = Vec::new();
        self.stems(&mut stems);
        self.shared.change(|board| {
            let own = board.seat_mut(self.seat).and_then(|seat| seat.slot()).and_then(|slot| board.census.peer(slot));
            let is_copy = own.is_some_and(Peer::is_copy);
            let Some((party, Kind::Master)) = party(board, self.seat) else { return };
            let is_of_project = |peer: &Peer| party.may_share_project(&peer.party());
            stems.retain(|stem| stem.is_copy == is_copy && board.census.peer(stem.id.slot).is_some_and(is_of_project));
            let is_live = |stem: &StemView| stem.activity == Activity::Live;
            if stems.iter().any(is_live) {
                stems.retain(is_live);
            }
            let session_names: Vec<String> =
                board.census.of_kind(Kind::Master).map(|(_, peer)| peer.metadata.session_name.clone()).collect();
            let Some(seat) = board.seat_mut(self.seat) else { return };
            seat.identity.session = Some(Uuid::random());
            let name = numbered(&seat.identity.session_name).find(|name| !session_names.contains(name));
            seat.identity.session_name = name.unwrap_or_default();
            seat.to_adopt = stems.iter().map(|stem| stem.id).collect();
        });
    }
}

/// What decides where a member belongs, and its kind.
fn party(board: &mut Board, seat: u64) -> Option<(Party, Kind)> {
    let host_group = board.host_group;
    board.seat_mut(seat).map(|seat| (seat.party(host_group), seat.kind))
}

/// The sessions of these instances, each once, sorted by name, as somebody sees them who could go there. `[main]`
pub(crate) fn listed<'a>(peers: impl Iterator<Item = &'a Peer>, asker: &Party, census: &Census) -> Vec<Candidate> {
    let mut candidates: Vec<Candidate> = Vec::new();
    for peer in peers {
        let Some(session) = peer.metadata.session else { continue };
        if candidates.iter().any(|known| known.session == session) {
            continue;
        }
        // Where the master links across applications, stems are linked to it that the asker by itself may not meet.
        let master = (peer.state.kind() == Some(Kind::Master)).then(|| peer.party());
        let is_met = |stem: &Party| asker.may_meet(stem) || master.as_ref().is_some_and(|master| master.may_meet(stem));
        let of_session =
            |kind| census.of_kind(kind).map(|(_, peer)| peer).filter(|peer| peer.metadata.session == Some(session));
        candidates.push(Candidate {
            session,
            session_name: peer.metadata.session_name.clone(),
            host_name: peer.metadata.info.host_name.clone(),
            stem_count: of_session(Kind::Stem).filter(|stem| is_met(&stem.party())).count(),
            // Also one the asker may not meet: it keeps its stems, and the session is not left to whoever comes.
            has_master: of_session(Kind::Master).next().is_some(),
        });
    }
    candidates.sort_by(|a, b| (&a.session_name, a.session).cmp(&(&b.session_name, b.session)));
    candidates
}

/// The stems without a session that a master may take into its own but that will not come by themselves.
fn undecided<'a>(master: &'a Party, census: &'a Census) -> impl Iterator<Item = StemId> + 'a {
    let masters: Vec<Party> = census.of_kind(Kind::Master).map(|(_, peer)| peer.party()).collect();
    census.of_kind(Kind::Stem).filter_map(move |(slot, peer)| {
        let stem = peer.party();
        let asks = stem.session.is_none() && matches!(step(&stem, &masters), Step::Ask(_));
        (asks && stem.may_meet(master)).then(|| StemId { slot, generation: peer.state.generation() })
    })
}
