//! Fuzz input taken apart: decisions first, the rest is data.

use std::io::{self, Read};

/// Bytes that decide. What is missing is 0, so that every input means something.
#[derive(Clone)]
pub struct Input<'a> {
    rest: &'a [u8],
}

impl<'a> Input<'a> {
    pub fn new(data: &'a [u8]) -> Input<'a> {
        Input { rest: data }
    }

    pub fn byte(&mut self) -> u8 {
        match self.rest.split_first() {
            Some((first, rest)) => {
                self.rest = rest;
                *first
            }
            None => 0,
        }
    }

    pub fn number(&mut self) -> usize {
        usize::from(self.byte()) << 8 | usize::from(self.byte())
    }

    /// One of these.
    pub fn choice<T: Copy>(&mut self, all: &[T]) -> T {
        all[usize::from(self.byte()) % all.len()]
    }

    /// As many as a length of two bytes says, or what there is.
    pub fn block(&mut self) -> &'a [u8] {
        let length = self.number().min(self.rest.len());
        self.bytes(length)
    }

    pub fn bytes(&mut self, length: usize) -> &'a [u8] {
        let (block, rest) = self.rest.split_at(length.min(self.rest.len()));
        self.rest = rest;
        block
    }

    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub fn rest(self) -> &'a [u8] {
        self.rest
    }
}

/// Where bytes are cut: the sizes of the pieces follow from two bytes.
#[derive(Clone, Copy)]
pub struct Cuts {
    state: u32,
    largest: u32,
}

impl Cuts {
    pub fn new(input: &mut Input<'_>) -> Cuts {
        let largest = [1, 2, 3, 7, 16, 61, 200, 1 << 10, 5 << 10, 70 << 10];
        Cuts {
            largest: input.choice(&largest),
            state: u32::from(input.byte()) | 1 << 8,
        }
    }

    fn size(&mut self) -> usize {
        self.state = self
            .state
            .wrapping_mul(1_664_525)
            .wrapping_add(1_013_904_223);
        usize::try_from((self.state >> 8) % self.largest).unwrap_or(0) + 1
    }

    pub fn pieces(mut self, bytes: &[u8]) -> Vec<&[u8]> {
        let (mut pieces, mut rest) = (Vec::new(), bytes);
        while !rest.is_empty() {
            let (piece, later) = rest.split_at(self.size().min(rest.len()));
            pieces.push(piece);
            rest = later;
        }
        pieces
    }

    /// Gives the bytes in these pieces.
    pub fn reader(self, bytes: &[u8]) -> Pieces<'_> {
        Pieces { cuts: self, bytes }
    }
}

pub struct Pieces<'b> {
    cuts: Cuts,
    bytes: &'b [u8],
}

impl Read for Pieces<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.cuts.size().min(self.bytes.len()).min(buffer.len());
        let (piece, rest) = self.bytes.split_at(count);
        buffer[..count].copy_from_slice(piece);
        self.bytes = rest;
        Ok(count)
    }
}
