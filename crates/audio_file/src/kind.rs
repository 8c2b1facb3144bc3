//! Kind: what a file is by its first bytes, whatever it is called.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use crate::ReadError;

/// What a file begins like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One of the files stems come in.
    WavAiffOrFlac,
    /// MP4, as `.m4a` is.
    Mp4,
    /// Nothing that is known here.
    Other,
}

/// Opens a file and looks what it begins like. `[setup]`
pub fn open_file(path: &Path) -> Result<(File, Kind), ReadError> {
    let refuse = |source: io::Error| match source.kind() {
        io::ErrorKind::NotFound => ReadError::Missing { path: path.to_path_buf() },
        _ => ReadError::Unreadable { path: path.to_path_buf(), source },
    };
    let mut file = File::open(path).map_err(refuse)?;
    if file.metadata().map_err(refuse)?.is_dir() {
        return Err(refuse(io::Error::other("it is a folder")));
    }
    let mut mark = Vec::new();
    file.by_ref().take(8).read_to_end(&mut mark).map_err(refuse)?;
    if mark.is_empty() {
        return Err(ReadError::Empty { path: path.to_path_buf() });
    }
    if mark.starts_with(b"RF64") {
        return Err(ReadError::Unsupported { path: path.to_path_buf(), what: "RF64 (WAV beyond 4 GB)".to_string() });
    }
    io::Seek::rewind(&mut file).map_err(refuse)?;
    let kind = match mark.as_slice() {
        [b'R', b'I', b'F', b'F', ..] | [b'F', b'O', b'R', b'M', ..] | [b'f', b'L', b'a', b'C', ..] => {
            Kind::WavAiffOrFlac
        }
        [.., b'f', b't', b'y', b'p'] => Kind::Mp4,
        _ => Kind::Other,
    };
    Ok((file, kind))
}
