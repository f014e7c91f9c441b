//! Where in a file each mutant goes, and what it looks like behind its switch.
//!
//! A mutant is never written over the source: it is put beside it, as text before and after a piece of the source.
//! So several mutants of one piece nest.

use std::collections::BTreeMap;
use std::ops::Range;

use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Arm, Expr, ExprBinary, ExprMatch, ExprStruct, ExprUnary};

use crate::Result;
use crate::mutant::Mutant;

/// A mutant behind its switch: what stands before and after a piece of the source.
#[derive(Clone)]
pub struct Wrap {
    pub number: usize,
    pub range: Range<usize>,
    pub open: String,
    pub close: String,
    /// What the compiler may complain about, because of this mutant, outside of its own text.
    pub scope: Range<usize>,
    /// Stands around whatever else wraps the same range.
    pub is_outermost: bool,
}

/// What became of a mutant: its wrap, or why it cannot stand behind a switch.
pub type Placed = std::result::Result<Wrap, &'static str>;

/// Places the mutants of one file.
pub fn places(source: &str, mutants: &[&Mutant]) -> Result<BTreeMap<usize, Placed>> {
    let tree = syn::parse_file(source)?;
    let lines = Lines::of(source);
    let mut finder = Finder {
        source,
        wanted: BTreeMap::new(),
        found: BTreeMap::new(),
    };
    for mutant in mutants {
        let range = lines.offset(mutant.start)..lines.offset(mutant.end);
        if mutant.genre == "FnValue" {
            finder.function(mutant, range);
        } else {
            let genre = mutant.genre.as_str();
            let at = finder.wanted.entry((range.start, genre)).or_default();
            at.push((mutant, range));
        }
    }
    finder.visit_file(&tree);
    for mutant in mutants {
        finder
            .found
            .entry(mutant.number)
            .or_insert(Err("its place was not found"));
    }
    Ok(finder.found)
}

/// Where each line begins.
struct Lines<'s> {
    source: &'s str,
    begins: Vec<usize>,
}

impl Lines<'_> {
    fn of(source: &str) -> Lines<'_> {
        let begins = std::iter::once(0)
            .chain(source.match_indices('\n').map(|(at, _)| at + 1))
            .collect();
        Lines { source, begins }
    }

    fn offset(&self, (line, column): (usize, usize)) -> usize {
        let begin = self.begins[line - 1];
        let rest = self.source[begin..].char_indices();
        begin + rest.map(|(at, _)| at).nth(column - 1).unwrap_or_default()
    }
}

type Wanted<'m> = Vec<(&'m Mutant, Range<usize>)>;

struct Finder<'s, 'm> {
    source: &'s str,
    /// By where the replaced text begins, and by genre.
    wanted: BTreeMap<(usize, &'m str), Wanted<'m>>,
    found: BTreeMap<usize, Placed>,
}

impl<'m> Finder<'_, 'm> {
    fn take(&mut self, at: usize, genre: &'static str) -> Wanted<'m> {
        self.wanted.remove(&(at, genre)).unwrap_or_default()
    }

    fn put(&mut self, number: usize, range: Range<usize>, open: String, close: &str) {
        let wrap = Wrap {
            number,
            scope: range.clone(),
            range,
            open,
            close: close.to_owned(),
            is_outermost: false,
        };
        self.found.insert(number, Ok(wrap));
    }

    fn function(&mut self, mutant: &Mutant, body: Range<usize>) {
        let Mutant {
            number,
            replacement,
            ..
        } = mutant;
        let switch = switch(*number);
        let (open, close) = if mutant.return_type.contains("impl Iterator") {
            let either = "crate::mutation::Either";
            let open =
                format!("{switch} {either}::Left({replacement}) }} else {{ {either}::Right({{ ");
            (open, "}) }")
        } else {
            (format!("{switch} return {replacement}; }} "), "")
        };
        let wrap = Wrap {
            number: *number,
            scope: body.clone(),
            range: body,
            open,
            close: close.to_owned(),
            is_outermost: true,
        };
        self.found.insert(*number, Ok(wrap));
    }

    /// The expression as cargo-mutants would have it, beside the expression as it is.
    fn expression(&mut self, genre: &'static str, at: usize, whole: &Range<usize>) {
        for (mutant, replaced) in self.take(at, genre) {
            let number = mutant.number;
            let open = format!(
                "({} ({}{}{}) }} else {{ (",
                switch(number),
                &self.source[whole.start..replaced.start],
                mutant.replacement,
                &self.source[replaced.end..whole.end],
            );
            self.put(number, whole.clone(), open, ") })");
        }
    }

    /// `whole` is the longest chain of operators around this one: with another operator, another precedence, the
    /// text of the whole chain may mean something else.
    fn binary(&mut self, node: &'m ExprBinary, whole: &Range<usize>) {
        let at = node.op.span().byte_range().start;
        let binds = binds(node);
        if binds {
            for (mutant, _) in self.take(at, "BinaryOperator") {
                let why = "an operator of a let chain";
                self.found.insert(mutant.number, Err(why));
            }
        } else {
            self.expression("BinaryOperator", at, whole);
        }
        for side in [&*node.left, &*node.right] {
            match side {
                Expr::Binary(inner) if binds => self.binary(inner, &inner.span().byte_range()),
                Expr::Binary(inner) => self.binary(inner, whole),
                other => self.visit_expr(other),
            }
        }
    }

    /// An arm that is deleted is an arm whose guard says no.
    fn arm(&mut self, arm: &Arm, scope: &Range<usize>) {
        let pattern_end = arm.pat.span().byte_range().end;
        let guard = arm.guard.as_ref().map(|(_, guard)| &**guard);
        let start = arm.span().byte_range().start;
        for (mutant, _) in self.take(start, "MatchArm") {
            let number = mutant.number;
            let off = format!("!crate::mutation::is({number})");
            match guard {
                None => {
                    let here = pattern_end..pattern_end;
                    self.put(number, here, format!(" if {off}"), "");
                }
                Some(guard) => self.guarded(number, guard, &off),
            }
            if let Some(Ok(wrap)) = self.found.get_mut(&number) {
                wrap.scope = scope.clone();
            }
        }
        let Some(guard) = guard else { return };
        let start = guard.span().byte_range().start;
        for (mutant, _) in self.take(start, "MatchArmGuard") {
            let number = mutant.number;
            let range = guard.span().byte_range();
            if mutant.replacement == "false" {
                self.guarded(number, guard, &format!("!crate::mutation::is({number})"));
            } else if holds_let(guard) {
                self.found.insert(number, Err("the guard binds names"));
            } else {
                let open = format!("(crate::mutation::is({number}) || (");
                self.put(number, range, open, "))");
            }
        }
    }

    fn guarded(&mut self, number: usize, guard: &Expr, off: &str) {
        let range = guard.span().byte_range();
        if holds_let(guard) {
            self.put(number, range, format!("{off} && "), "");
        } else {
            self.put(number, range, format!("({off} && ("), "))");
        }
    }
}

impl<'m> Visit<'m> for Finder<'_, 'm> {
    fn visit_expr_binary(&mut self, node: &'m ExprBinary) {
        self.binary(node, &node.span().byte_range());
    }

    fn visit_expr_unary(&mut self, node: &'m ExprUnary) {
        let whole = node.span().byte_range();
        self.expression("UnaryOperator", whole.start, &whole);
        visit::visit_expr_unary(self, node);
    }

    fn visit_expr_struct(&mut self, node: &'m ExprStruct) {
        let whole = node.span().byte_range();
        for field in &node.fields {
            self.expression("StructField", field.span().byte_range().start, &whole);
        }
        visit::visit_expr_struct(self, node);
    }

    fn visit_expr_match(&mut self, node: &'m ExprMatch) {
        let scope = node.span().byte_range();
        for arm in &node.arms {
            self.arm(arm, &scope);
        }
        visit::visit_expr_match(self, node);
    }
}

fn switch(number: usize) -> String {
    format!("if crate::mutation::is({number}) {{")
}

/// Whether the operator joins conditions of which one is a `let`.
fn binds(node: &ExprBinary) -> bool {
    holds_let(&node.left) || holds_let(&node.right)
}

fn holds_let(node: &Expr) -> bool {
    match node {
        Expr::Let(_) => true,
        Expr::Binary(node) => binds(node),
        _ => false,
    }
}
