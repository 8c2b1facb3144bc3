//! The documentation points at what is there, and nothing drawn for it lies about unused.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// Every file below a folder.
fn files_below(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files_below(&path) } else { vec![path] }).collect()
}

fn has_extension(path: &Path, extension: &str) -> bool {
    path.extension().is_some_and(|found| found == extension)
}

/// Every page we write: the manual and what stands beside it, and the pages of the plugins.
fn pages() -> Vec<PathBuf> {
    let mut pages = files_below(&root().join("docs"));
    pages.retain(|path| has_extension(path, "md"));
    let others = ["README.md", "CHANGELOG.md", "plugins/stem_trim/README.md", "plugins/master_bus/README.md"];
    pages.extend(others.map(|page| root().join(page)));
    pages
}

/// What a page links to in its own house: the file, and the heading if one is named.
fn links(page: &Path) -> Vec<(PathBuf, Option<String>)> {
    let text = std::fs::read_to_string(page).unwrap();
    let targets = text.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(target, _)| target);
    let ours = targets.filter(|target| !target.contains("://"));
    let split = |target: &str| {
        let (file, heading) = target.split_once('#').map_or((target, None), |(file, heading)| (file, Some(heading)));
        let path = if file.is_empty() { page.to_owned() } else { page.parent().unwrap().join(file) };
        (path, heading.map(str::to_owned))
    };
    ours.map(split).collect()
}

/// The names under which the headings of a page can be linked.
fn headings(page: &Path) -> BTreeSet<String> {
    let text = std::fs::read_to_string(page).unwrap();
    let titles = text.lines().filter(|line| line.starts_with('#')).map(|line| line.trim_start_matches('#').trim());
    let is_kept = |letter: &char| letter.is_alphanumeric() || matches!(letter, '-' | '_' | ' ');
    titles.map(|title| title.to_lowercase().chars().filter(is_kept).collect::<String>().replace(' ', "-")).collect()
}

#[test]
fn every_link_leads_somewhere() {
    let mut broken = Vec::new();
    for page in pages() {
        for (path, heading) in links(&page) {
            let leads = path.exists() && heading.as_ref().is_none_or(|heading| headings(&path).contains(heading));
            if !leads {
                broken.push(format!("{} → {} {heading:?}", page.display(), path.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn every_figure_is_shown_in_the_manual() {
    let figures: BTreeSet<PathBuf> = files_below(&root().join("docs/figures"))
        .into_iter()
        .filter(|path| has_extension(path, "svg"))
        .map(|path| path.canonicalize().unwrap())
        .collect();
    assert!(figures.len() >= 10, "only {figures:?}");
    let manual = pages().into_iter().filter(|page| page.starts_with(root().join("docs/manual")));
    let shown: BTreeSet<PathBuf> =
        manual.flat_map(|page| links(&page)).filter_map(|(path, _)| path.canonicalize().ok()).collect();
    let unused: Vec<_> = figures.difference(&shown).collect();
    assert!(unused.is_empty(), "drawn for nobody: {unused:#?}");
}
