//! Throughput over the size of the message, for the plot.

use crate::Failure;
use crate::arguments::Arguments;
use crate::document::{Table, size_name};
use crate::message;
use crate::plot::Panel;
use crate::rows::effort;
use crate::side::Sides;
use crate::work::{Cipher, Digest, Keys, Work};

const SIZES: [u64; 7] = [
    1 << 10,
    8 << 10,
    64 << 10,
    512 << 10,
    4 << 20,
    32 << 20,
    100 << 20,
];

const WORKS: [Work; 4] = [
    Work::Sign(Digest::Sha256),
    Work::Encrypt(Cipher::Cbc),
    Work::Verify,
    Work::Decrypt(Cipher::Cbc),
];

/// MiB per second in memory with RSA-2048: the table, and the panels of the plot.
pub fn table(arguments: &Arguments) -> Result<(Table, Vec<Panel>), Failure> {
    let sizes = SIZES.into_iter().filter(|&size| size <= arguments.size);
    let sizes: Vec<u64> = sizes.collect();
    let mut head = vec!["MiB/s in memory".to_owned()];
    head.extend(sizes.iter().map(|&size| size_name(size)));
    let mut table = Table::new(&head);

    let sides = Sides::new(Keys::Rsa2048)?;
    let mut panels = Vec::new();
    for work in WORKS {
        let mut row = vec![work.to_string()];
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for &size in &sizes {
            let mut effort = effort(arguments, size);
            effort.rounds = effort.rounds.min(5);
            let pair = sides.in_memory(work, &message::mail(size), effort)?;
            let speed = |seconds: f64| size as f64 / f64::from(1 << 20) / seconds;
            row.push(format!(
                "{:.1} / {:.1}",
                speed(pair.ours),
                speed(pair.theirs)
            ));
            ours.push((size, speed(pair.ours)));
            theirs.push((size, speed(pair.theirs)));
        }
        table.show(row);
        panels.push(Panel {
            title: work.to_string(),
            ours,
            theirs,
        });
    }
    Ok((table, panels))
}
