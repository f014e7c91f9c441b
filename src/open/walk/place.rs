//! Where in a message a node stands.

/// Where in a message a node stands, and what is around it.
#[derive(Clone)]
pub(super) struct Place {
    /// The way from the root. Compared in order it gives the order of the message.
    order: Vec<usize>,
    /// In the manner of IMAP; empty for the whole of the message and for what its layers hold.
    part: String,
    /// Whether there are only layers of protection around it, down from the root.
    chain: bool,
    /// The layers around it, from outside in, by index.
    enclosing: Vec<usize>,
    /// The heading of the message it belongs to, by index.
    message: Option<usize>,
    /// MIME parts around it.
    depth: usize,
}

impl Place {
    pub(super) fn root() -> Place {
        Place {
            order: Vec::new(),
            part: String::new(),
            chain: true,
            enclosing: Vec::new(),
            message: None,
            depth: 0,
        }
    }

    /// What a layer of protection at this place holds.
    pub(super) fn within(&self, layer: usize) -> Place {
        let mut inner = match self.chain {
            true => self.clone(),
            false => self.child(0),
        };
        if self.chain {
            inner.order.push(0);
        }
        inner.enclosing.push(layer);
        inner
    }

    /// A MIME part at this place; the first is 0.
    pub(super) fn child(&self, index: usize) -> Place {
        let mut child = self.clone();
        child.order.push(index);
        child.chain = false;
        child.depth = self.depth.saturating_add(1);
        if !child.part.is_empty() {
            child.part.push('.');
        }
        child.part.push_str(&index.saturating_add(1).to_string());
        child
    }

    /// The same place, in the message with this heading.
    pub(super) fn of_message(mut self, heading: usize) -> Place {
        self.message = Some(heading);
        self
    }

    pub(super) fn order(&self) -> &[usize] {
        &self.order
    }

    pub(super) fn part(&self) -> &str {
        &self.part
    }

    pub(super) fn is_chain(&self) -> bool {
        self.chain
    }

    pub(super) fn enclosing(&self) -> &[usize] {
        &self.enclosing
    }

    pub(super) fn message(&self) -> Option<usize> {
        self.message
    }

    pub(super) fn depth(&self) -> usize {
        self.depth
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layers_keep_the_path_in_the_chain_and_number_it_elsewhere() {
        let content = Place::root().within(0).within(1);
        assert_eq!((content.part(), content.is_chain()), ("", true));
        let part = content.child(1);
        assert_eq!((part.part(), part.is_chain()), ("2", false));
        let opened = part.within(2);
        assert_eq!(opened.part(), "2.1");
        assert_eq!(opened.child(2).part(), "2.1.3");
        assert_eq!(opened.enclosing(), [0, 1, 2]);
        assert!(content.order() < part.order() && part.order() < opened.order());
        assert!(opened.order() < content.child(2).order());
    }
}
