//! By how much the limited signal exceeds the ceiling, for those who measure it.

use super::{
    Figure,
    axis::{Axis, number},
    panel::Panel,
    pen::{AMBER, BLUE, CORAL, DARK, GREY, Ink},
    readings::{CEILING_DBTP, Peaks, Reading, Subject, driven, in_lines, limited},
    sheet::{self, Arrangement},
    table::Table,
};

/// The rate with the least room above 20 kHz.
const RATE_HZ: f64 = 44_100.0;
const METERS_DB: f64 = 0.01;
const PROGRAMME_DB: f64 = 0.05;
const TORTURE_DB: f64 = 0.30;

const DRIVES_DB: [f64; 2] = [6.0, 12.0];

/// One signal, limited with each drive.
struct Row {
    subject: Subject,
    peaks: [Peaks; DRIVES_DB.len()],
}

/// The readings, as a distance from the ceiling.
const READINGS: [Reading; 4] = [
    Reading { name: "sample peak", color: GREY, over_db: |peaks| peaks.sample_dbfs - CEILING_DBTP },
    Reading { name: "ITU meter", color: AMBER, over_db: |peaks| peaks.itu_dbtp - CEILING_DBTP },
    Reading { name: "libebur128", color: BLUE, over_db: |peaks| peaks.libebur128_dbtp - CEILING_DBTP },
    Reading { name: "64 × resampled", color: CORAL, over_db: |peaks| peaks.truth_dbtp - CEILING_DBTP },
];

#[test]
fn nothing_exceeds_the_ceiling_by_more_than_promised() {
    let limited_peaks =
        |samples: &[f32]| DRIVES_DB.map(|drive_db| Peaks::of(&limited(&driven(drive_db), RATE_HZ, samples), RATE_HZ));
    let row = |subject: Subject| Row { peaks: limited_peaks(&subject.samples), subject };
    let rows: Vec<Row> = Subject::all(RATE_HZ).into_iter().map(row).collect();
    figure(&rows).publish();
    for Row { subject, peaks } in &rows {
        let name = subject.full_name();
        for (peaks, drive_db) in peaks.iter().zip(DRIVES_DB) {
            let [sample, itu, libebur128, truth] = READINGS.map(|reading| (reading.over_db)(peaks));
            assert!(sample <= 0.0, "{name}, +{drive_db} dB: samples {sample} dB over");
            assert!(itu.max(libebur128) <= METERS_DB, "{name}, +{drive_db} dB: {itu} and {libebur128} dB over");
            let allowed_db = if subject.is_programme { PROGRAMME_DB } else { TORTURE_DB };
            assert!(truth <= allowed_db, "{name}, +{drive_db} dB: the wave is {truth} dB over");
        }
    }
}

fn figure(rows: &[Row]) -> Figure {
    let title = "Above or below the ceiling: the limited signal as four meters read it, 44.1 kHz";
    let names: Vec<String> = rows.iter().map(|row| in_lines(row.subject.name)).collect();
    let programme_end = rows.iter().filter(|row| row.subject.is_programme).count() as f64 - 0.5;
    let x = Axis::names(&names);
    let panels = [0, 1].map(|drive| {
        let x = if drive == 0 { x.without_labels() } else { x.clone() };
        let y = Axis::linear("over the ceiling, dB", -0.4, 0.4, 0.2);
        let mut panel = Panel::new(&format!("driven by {} dB (bars end at −0.4 dB)", DRIVES_DB[drive]), x.clone(), y);
        for (place, row) in rows.iter().enumerate() {
            for (index, Reading { color, over_db, .. }) in READINGS.iter().enumerate() {
                let left = place as f64 - 0.36 + 0.18 * index as f64;
                panel.bar(*color, (left, left + 0.16), (0.0, over_db(&row.peaks[drive])));
            }
        }
        let (start, end) = (x.start(), x.end());
        panel.promise_between((start, programme_end), PROGRAMME_DB, "64 ×, up to 20 kHz: 0.05 dB");
        panel.promise_between((programme_end, end), TORTURE_DB, "64 ×, the whole band: 0.3 dB");
        panel.series(Ink::ThinLine(DARK), [(programme_end, -0.4), (programme_end, 0.4)]);
        panel
    });
    let mut header = vec!["over the ceiling, dB".to_owned()];
    for drive_db in DRIVES_DB {
        header.extend(READINGS.map(|Reading { name, .. }| format!("+{drive_db} dB: {name}")));
    }
    let mut table = Table::new(&header.iter().map(String::as_str).collect::<Vec<_>>());
    for row in rows {
        let cells = row.peaks.iter().flat_map(|peaks| READINGS.map(|reading| number((reading.over_db)(peaks), 3)));
        table.row(row.subject.full_name(), cells);
    }
    let promises =
        ["sample peak: never over", "ITU meter: 0.01 dB", "libebur128: 0.01 dB", "64 × resampled: the lines"];
    let legend: Vec<_> =
        READINGS.iter().zip(promises).map(|(reading, text)| (Ink::Bars(reading.color), text)).collect();
    let svg = sheet::draw(title, &legend, Arrangement::Stacked, &panels);
    Figure { name: "limiter-overs", title, svg, table }
}
