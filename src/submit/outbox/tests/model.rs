//! A disk in memory that loses what was not synced, stops at any step or fails there.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use super::super::disk::{self, Disk, Source, Wait};

type Files = BTreeMap<String, Arc<Node>>;

/// The contents of a file, whatever its name is.
struct Node {
    bytes: Vec<u8>,
    /// Whether they are on the disk for good.
    is_synced: AtomicBool,
}

impl Node {
    fn new(bytes: Vec<u8>, is_synced: bool) -> Arc<Node> {
        let is_synced = AtomicBool::new(is_synced);
        Arc::new(Node { bytes, is_synced })
    }
}

/// What changes names; on the disk for good only after a sync.
#[derive(Clone)]
enum Change {
    Create(String, Arc<Node>),
    /// It is about this file, whatever else has had the name before.
    Rename(String, String, Arc<Node>),
    Remove(String),
}

impl Change {
    fn apply(&self, files: &mut Files) {
        match self {
            Change::Create(name, bytes) => {
                files.insert(name.clone(), Arc::clone(bytes));
            }
            Change::Rename(from, to, node) => {
                if files
                    .get(from)
                    .is_some_and(|there| Arc::ptr_eq(there, node))
                {
                    files.remove(from);
                }
                files.insert(to.clone(), Arc::clone(node));
            }
            Change::Remove(name) => {
                files.remove(name);
            }
        }
    }
}

/// What happens at a step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fault {
    /// The machine loses its power: from here on nothing works.
    Dies,
    /// The step does not succeed.
    Fails,
}

#[derive(Default)]
struct State {
    synced: Files,
    /// As a process sees them.
    current: Files,
    changes: Vec<Change>,
    steps: usize,
    fault: Option<(usize, Fault)>,
    is_dead: bool,
    /// What happens before the next `sync`, or before the next time that this name is opened.
    meanwhile: Option<(String, Box<dyn FnOnce() + Send>)>,
    /// The name that cannot be opened, and what the system says.
    unreadable: Option<(String, i32)>,
    /// The name for which there is no room.
    no_room: Option<String>,
}

impl State {
    fn change(&mut self, change: Change) {
        change.apply(&mut self.current);
        self.changes.push(change);
    }
}

/// Clones are the same disk.
#[derive(Clone, Default)]
pub struct Model(Arc<Mutex<State>>);

impl Model {
    pub fn with_fault(step: usize, fault: Fault) -> Model {
        let model = Model::default();
        model.state().fault = Some((step, fault));
        model
    }

    pub fn with_files(files: impl IntoIterator<Item = (String, Vec<u8>)>) -> Model {
        let files = files
            .into_iter()
            .map(|(name, bytes)| (name, Node::new(bytes, true)));
        Model::holding(files.collect())
    }

    fn holding(files: Files) -> Model {
        let model = Model::default();
        model.state().synced = files.clone();
        model.state().current = files;
        model
    }

    /// Another disk with the same on it, which has power, and this fault.
    pub fn copy(&self, fault: Option<(usize, Fault)>) -> Model {
        let state = self.state();
        Model(Arc::new(Mutex::new(State {
            synced: state.synced.clone(),
            current: state.current.clone(),
            changes: state.changes.clone(),
            fault,
            ..State::default()
        })))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    pub fn meanwhile(&self, before: &str, what: impl FnOnce() + Send + 'static) {
        self.state().meanwhile = Some((before.to_owned(), Box::new(what)));
    }

    pub fn unreadable(&self, what: Option<(String, i32)>) {
        self.state().unreadable = what;
    }

    pub fn no_room(&self, name: Option<String>) {
        self.state().no_room = name;
    }

    fn come_to(&self, point: &str) {
        let what = {
            let mut state = self.state();
            state.meanwhile.take_if(|(before, _)| before == point)
        };
        if let Some((_, what)) = what {
            what();
        }
    }

    /// Steps that changed something, or tried to.
    pub fn steps(&self) -> usize {
        self.state().steps
    }

    pub fn is_dead(&self) -> bool {
        self.state().is_dead
    }

    /// As a process sees them.
    pub fn files(&self) -> BTreeMap<String, Vec<u8>> {
        let state = self.state();
        let files = state.current.iter();
        files
            .map(|(name, node)| (name.clone(), node.bytes.clone()))
            .collect()
    }

    fn has(&self, name: &str) -> bool {
        self.state().current.contains_key(name)
    }

    /// [`Model::all_survivors`], each only once.
    pub fn survivors(&self) -> Vec<Model> {
        let mut seen = BTreeSet::new();
        let mut survivors = self.all_survivors();
        survivors.retain(|model| seen.insert(model.files()));
        survivors
    }

    /// Everything that may be on the disk after the power has come back: what was synced, and of the later changes any;
    /// contents that were not synced are there, or only half of them.
    fn all_survivors(&self) -> Vec<Model> {
        let state = self.state();
        let count = state.changes.len();
        assert!(count < 8, "too much is left unsynced");
        (0..1u32 << count)
            .flat_map(|kept| {
                let mut files = state.synced.clone();
                let changes = state.changes.iter().enumerate();
                changes
                    .filter(|(at, _)| kept & (1 << at) != 0)
                    .for_each(|(_, change)| change.apply(&mut files));
                let is_loose = |name: &str, node: &Node| {
                    disk::becomes(name).is_none() && !node.is_synced.load(Ordering::Relaxed)
                };
                let mut all = vec![Files::new()];
                for (name, node) in files {
                    let mut contents = vec![Node::new(node.bytes.clone(), true)];
                    if is_loose(&name, &node) {
                        let half = node.bytes[..node.bytes.len() / 2].to_vec();
                        contents.push(Node::new(half, true));
                    }
                    let with = |files: &Files, node: &Arc<Node>| {
                        let mut files = files.clone();
                        files.insert(name.clone(), Arc::clone(node));
                        files
                    };
                    all = contents
                        .iter()
                        .flat_map(|node| {
                            all.iter()
                                .map(|files| with(files, node))
                                .collect::<Vec<_>>()
                        })
                        .collect();
                }
                all.into_iter().map(Model::holding)
            })
            .collect()
    }

    /// One step that changes something. `half` is what has happened of it when the power goes.
    fn step(
        &self,
        half: Option<Change>,
        whole: impl FnOnce(&mut State) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut state = self.state();
        if state.is_dead {
            return Err(io::Error::other("no power"));
        }
        let step = state.steps;
        state.steps += 1;
        match state.fault {
            Some((at, fault)) if at == step => {
                state.is_dead = fault == Fault::Dies;
                half.into_iter().for_each(|half| state.change(half));
                Err(io::ErrorKind::StorageFull.into())
            }
            _ => whole(&mut state),
        }
    }

    fn change(&self, change: Change) -> io::Result<()> {
        self.step(None, |state| {
            state.change(change);
            Ok(())
        })
    }
}

impl Disk for Model {
    fn names(&self) -> io::Result<Vec<OsString>> {
        Ok(self
            .state()
            .current
            .keys()
            .cloned()
            .map(OsString::from)
            .collect())
    }

    fn open(&self, name: &str) -> io::Result<(Box<dyn Source>, u64)> {
        self.come_to(name);
        let state = self.state();
        if let Some((_, code)) = state.unreadable.iter().find(|(which, _)| which == name) {
            return Err(io::Error::from_raw_os_error(*code));
        }
        let bytes = state.current.get(name);
        let bytes = bytes.ok_or(io::ErrorKind::NotFound)?.bytes.clone();
        let length = bytes.len() as u64;
        Ok((Box::new(io::Cursor::new(bytes)), length))
    }

    fn create<'a>(&'a self, name: &'a str, pieces: &[&[u8]]) -> io::Result<Wait<'a>> {
        if self.has(name) {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        if self.state().no_room.as_deref() == Some(name) {
            return Err(io::ErrorKind::StorageFull.into());
        }
        let bytes = pieces.concat();
        let half = Node::new(bytes[..bytes.len() / 2].to_vec(), false);
        let whole = Node::new(bytes, false);
        let written = Arc::clone(&whole);
        self.step(Some(Change::Create(name.into(), half)), |state| {
            state.change(Change::Create(name.into(), whole));
            Ok(())
        })?;
        Ok(Box::new(move || {
            self.step(None, |_| {
                written.is_synced.store(true, Ordering::Relaxed);
                Ok(())
            })
        }))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        let node = self.state().current.get(from).cloned().unwrap();
        self.change(Change::Rename(from.into(), to.into(), node))
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        if !self.has(name) {
            return Err(io::ErrorKind::NotFound.into());
        }
        self.change(Change::Remove(name.into()))
    }

    fn sync(&self) -> io::Result<()> {
        self.come_to("sync");
        self.step(None, |state| {
            let changes = std::mem::take(&mut state.changes);
            changes
                .iter()
                .for_each(|change| change.apply(&mut state.synced));
            Ok(())
        })
    }
}
