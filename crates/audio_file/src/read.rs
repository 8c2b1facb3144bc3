//! Reading: a file either arrives complete and exact, or the error says what is wrong with it.

use std::io;
use std::path::{Path, PathBuf};

use symphonia::core::codecs::audio::well_known::{
    CODEC_ID_AAC, CODEC_ID_ALAC, CODEC_ID_MP1, CODEC_ID_MP2, CODEC_ID_MP3, CODEC_ID_PCM_F32BE, CODEC_ID_PCM_F32LE,
    CODEC_ID_PCM_F64BE, CODEC_ID_PCM_F64LE, CODEC_ID_VORBIS,
};
use symphonia::core::codecs::audio::{AudioCodecParameters, AudioDecoder, AudioDecoderOptions};
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, FormatReader, TrackType};
use symphonia::core::io::MediaSourceStream;
use symphonia::core::meta::MetadataOptions;

use crate::edit_list::{self, Heard};
use crate::kind::{Kind, open_file};
use crate::{Audio, ReadError, SourceBits};

/// The most channels a stem may have.
const MAX_CHANNELS: usize = 2;
/// The most frames of silence handed out at once.
const SILENT_BLOCK_FRAMES: u64 = 4_096;

/// Reads a whole file. `[setup]`
pub fn read(path: impl AsRef<Path>) -> Result<Audio, ReadError> {
    let mut reader = Reader::open(path)?;
    let mut channels = vec![Vec::new(); reader.channels()];
    while let Some(block) = reader.next_block()? {
        for (channel, samples) in channels.iter_mut().zip(block) {
            channel.extend_from_slice(samples);
        }
    }
    Ok(Audio { sample_rate_hz: reader.sample_rate_hz(), channels, source_bits: reader.source_bits() })
}

/// Reads a file block by block, for sounds too long to hold in memory.
///
/// What an encoder has put in front of the sound and behind it is left out, where the file says how much that is: MP4 in
/// its edit list, MP3 in the tag of LAME, Ogg Vorbis in its pages. Silence that an edit list puts in front is heard; a sound
/// that it puts together from several pieces is refused.
pub struct Reader {
    path: PathBuf,
    format: Box<dyn FormatReader>,
    decoder: Box<dyn AudioDecoder>,
    track_id: u32,
    sample_rate_hz: u32,
    source_bits: SourceBits,
    declared_frames: Option<u64>,
    /// Frames of silence still to come, before the sound.
    silent_frames: u64,
    /// Frames still to be left out: what an encoder has put in front.
    skip_frames: u64,
    /// More frames than these are what it has put behind.
    most_frames: Option<u64>,
    frames_read: u64,
    /// The block handed out last, one row a channel.
    block: Vec<Vec<f32>>,
}

impl Reader {
    /// Opens a file and reads its header. `[setup]`
    pub fn open(path: impl AsRef<Path>) -> Result<Self, ReadError> {
        let path = path.as_ref().to_path_buf();
        let (file, kind) = open_file(&path)?;

        let mut hint = Hint::new();
        if let Some(extension) = path.extension().and_then(|extension| extension.to_str()) {
            hint.with_extension(extension);
        }
        let stream = MediaSourceStream::new(Box::new(file), Default::default());
        let probed =
            symphonia::default::get_probe().probe(&hint, stream, FormatOptions::default(), MetadataOptions::default());
        let format = match probed {
            Ok(format) => format,
            Err(error) if kind == Kind::WavAiffOrFlac => {
                return Err(ReadError::Damaged { path, frame: 0, reason: error.to_string() });
            }
            Err(_) => return Err(ReadError::NotAudio { path }),
        };

        let unsupported = |what: &str| ReadError::Unsupported { path: path.clone(), what: what.to_string() };
        let track =
            format.default_track(TrackType::Audio).ok_or_else(|| unsupported("a file without a sound track"))?;
        let codec = track
            .codec_params
            .as_ref()
            .and_then(|params| params.audio())
            .ok_or_else(|| unsupported("this sound track"))?;
        let sample_rate_hz =
            codec.sample_rate.filter(|&rate| rate > 0).ok_or_else(|| unsupported("a file without a sample rate"))?;
        let channels = codec.channels.as_ref().map_or(0, |channels| channels.count());
        if !(1..=MAX_CHANNELS).contains(&channels) {
            return Err(ReadError::Channels { path, channels });
        }
        // The checksum FLAC carries proves that not a single sample changed on the way.
        let decoder = symphonia::default::get_codecs()
            .make_audio_decoder(codec, &AudioDecoderOptions::default().verify(true))
            .map_err(|error| unsupported(&format!("this kind of audio ({error})")))?;

        let heard = match kind {
            Kind::Mp4 => edit_list::heard(&path, track.id, sample_rate_hz)
                .ok_or_else(|| unsupported("a sound that an edit list puts together from pieces"))?,
            Kind::WavAiffOrFlac | Kind::Other => Heard::default(),
        };
        let after_skip = track.num_frames.map(|frames| frames.saturating_sub(heard.skip_frames));
        // The length of an edit is rounded: it ends the sound, but nothing is missing where the sound ends before.
        let sound_frames = after_skip.map(|frames| heard.most_frames.map_or(frames, |most| frames.min(most)));
        let after_silence = |frames: u64| frames.saturating_add(heard.silent_frames);

        Ok(Self {
            track_id: track.id,
            sample_rate_hz,
            source_bits: source_bits(codec),
            declared_frames: sound_frames.map(after_silence),
            silent_frames: heard.silent_frames,
            skip_frames: heard.skip_frames,
            most_frames: heard.most_frames.map(|most| after_silence(sound_frames.unwrap_or(most))),
            frames_read: 0,
            block: vec![Vec::new(); channels],
            path,
            format,
            decoder,
        })
    }

    /// Frames per second. `[any]`
    pub fn sample_rate_hz(&self) -> u32 {
        self.sample_rate_hz
    }

    /// 1 or 2. `[any]`
    pub fn channels(&self) -> usize {
        self.block.len()
    }

    /// How the file stores its samples. `[any]`
    pub fn source_bits(&self) -> SourceBits {
        self.source_bits
    }

    /// Length according to the header, where it says so. `[any]`
    pub fn declared_frames(&self) -> Option<u64> {
        self.declared_frames
    }

    /// The next few frames, one row a channel, or nothing after a complete file. `[setup]`
    ///
    /// A file that is cut off, damaged, or holds anything but finite numbers ends in an error, never in silence.
    pub fn next_block(&mut self) -> Result<Option<&[Vec<f32>]>, ReadError> {
        if self.silent_frames > 0 {
            return Ok(Some(self.silence()));
        }
        loop {
            let packet = match self.format.next_packet() {
                Ok(Some(packet)) => packet,
                Ok(None) => return self.finish().map(|()| None),
                Err(symphonia::core::errors::Error::IoError(error)) if error.kind() == io::ErrorKind::UnexpectedEof => {
                    return Err(self.truncated());
                }
                Err(error) => return Err(self.damaged(&error.to_string())),
            };
            if packet.track_id != self.track_id {
                continue;
            }
            match self.decoder.decode(&packet) {
                Ok(decoded) => decoded.copy_to_vecs_planar(&mut self.block),
                Err(error) => return Err(self.damaged(&error.to_string())),
            }
            self.leave_out();
            self.check_finite()?;
            let frames = self.block.first().map_or(0, Vec::len);
            self.frames_read += frames as u64;
            if frames > 0 {
                return Ok(Some(&self.block));
            }
        }
    }

    /// A block of the silence in front.
    fn silence(&mut self) -> &[Vec<f32>] {
        let frames = self.silent_frames.min(SILENT_BLOCK_FRAMES);
        for row in &mut self.block {
            row.clear();
            row.resize(frames as usize, 0.0);
        }
        self.silent_frames -= frames;
        self.frames_read += frames;
        &self.block
    }

    /// Takes what an encoder has added off the block.
    fn leave_out(&mut self) {
        let frames = self.block.first().map_or(0, Vec::len);
        let before = usize::try_from(self.skip_frames).unwrap_or(usize::MAX).min(frames);
        self.skip_frames -= before as u64;
        let left = self.most_frames.map_or(u64::MAX, |most| most.saturating_sub(self.frames_read));
        let wanted = usize::try_from(left).unwrap_or(usize::MAX);
        for row in &mut self.block {
            row.drain(..before);
            row.truncate(wanted);
        }
    }

    /// What must hold at the end of a complete file.
    fn finish(&mut self) -> Result<(), ReadError> {
        if self.declared_frames.is_some_and(|declared| self.frames_read < declared) {
            return Err(self.truncated());
        }
        if self.frames_read == 0 {
            return Err(ReadError::Empty { path: self.path.clone() });
        }
        if self.decoder.finalize().verify_ok == Some(false) {
            return Err(self.damaged("the samples do not match the file's checksum"));
        }
        Ok(())
    }

    fn check_finite(&self) -> Result<(), ReadError> {
        let first = self
            .block
            .iter()
            .enumerate()
            .filter_map(|(channel, samples)| Some((samples.iter().position(|sample| !sample.is_finite())?, channel)))
            .min();
        let Some((frame, channel)) = first else { return Ok(()) };
        Err(ReadError::NotFinite {
            path: self.path.clone(),
            frame: self.frames_read + frame as u64,
            channel: channel + 1,
            value: self.block[channel][frame],
        })
    }

    fn truncated(&self) -> ReadError {
        match self.declared_frames {
            Some(declared_frames) => {
                ReadError::Truncated { path: self.path.clone(), declared_frames, found_frames: self.frames_read }
            }
            None => self.damaged("the file ends too early"),
        }
    }

    fn damaged(&self, reason: &str) -> ReadError {
        ReadError::Damaged { path: self.path.clone(), frame: self.frames_read, reason: reason.to_string() }
    }
}

fn source_bits(codec: &AudioCodecParameters) -> SourceBits {
    match codec.codec {
        CODEC_ID_PCM_F32LE | CODEC_ID_PCM_F32BE => SourceBits::Float(32),
        CODEC_ID_PCM_F64LE | CODEC_ID_PCM_F64BE => SourceBits::Float(64),
        CODEC_ID_MP1 | CODEC_ID_MP2 | CODEC_ID_MP3 | CODEC_ID_AAC | CODEC_ID_VORBIS => SourceBits::Lossy,
        _ => SourceBits::Integer(codec.bits_per_sample.or_else(|| alac_bits(codec)).unwrap_or(16)),
    }
}

/// The bits of ALAC, which stand in its own header: after the length of a frame and a version (Apple, "ALAC magic cookie").
fn alac_bits(codec: &AudioCodecParameters) -> Option<u32> {
    const PLACE: usize = 5;
    let header = codec.extra_data.as_ref().filter(|_| codec.codec == CODEC_ID_ALAC)?;
    header.get(PLACE).map(|&bits| u32::from(bits))
}
