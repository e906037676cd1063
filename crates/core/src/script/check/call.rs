//! Calls and settings: that each reaches a word of the card or a function of its own, with as many values as that takes.
//!
//! Imports: diagnostic, script::{closure, tree}.

use super::{Arity, Checker, FORBIDDEN_CALLS, Place, traps};
use crate::diagnostic::{Diagnostic, Span, codes, nearest};
use crate::script::closure::row_function;
use crate::script::tree::{Call, Name, Node, NodeKind};

impl<'a> Checker<'a> {
    pub(super) fn call(&mut self, call: &'a Call, node: &'a Node, place: Place<'a>) {
        let known = self.known_call(call, node.span, place);
        if call.captures_scope {
            let message = format!("`{}!(..)` cannot be used in a card", call.name.text);
            self.refuse(node.span, message, "hand over what the function needs as arguments");
        }
        for argument in &call.arguments {
            self.node(
                argument,
                Place {
                    argument: known && place.closure.is_none(),
                    ..place.inside()
                },
            );
        }
    }

    /// Whether a call reaches a word of the card; reports one that reaches nothing.
    pub(super) fn known_call(&mut self, call: &Call, span: Span, place: Place<'_>) -> bool {
        let (name, count) = (&call.name, call.arguments.len());
        if let Some((_, help)) = FORBIDDEN_CALLS.iter().find(|(word, _)| *word == name.text) {
            self.refuse(name.span, format!("`{}` cannot be used in a card", name.text), *help);
            return false;
        }
        if !call.module.is_empty() {
            // The module is looked up when the card runs, or when the closure is compiled.
            return false;
        }
        let own: Vec<usize> = self
            .program
            .functions
            .keys()
            .filter(|(known, _)| *known == name.text)
            .map(|(_, arity)| *arity)
            .collect();
        if own.contains(&count) {
            return false;
        }
        let word = self
            .vocabulary
            .functions
            .get(&name.text)
            .copied()
            .filter(|_| place.closure.is_none());
        let row = row_function(&name.text).filter(|_| place.closure.is_some() || place.function);
        match (word, row) {
            (Some(arity), None) => {
                self.arity(name, arity, count, span, call);
                true
            }
            (Some(_), Some(_)) => true,
            (None, Some(_)) => false,
            (None, None) if !own.is_empty() => {
                self.arity(
                    name,
                    (
                        own.iter().min().copied().unwrap_or(0),
                        own.iter().max().copied().unwrap_or(0),
                    ),
                    count,
                    span,
                    call,
                );
                false
            }
            (None, None) => {
                self.unknown_function(name, place);
                false
            }
        }
    }

    pub(super) fn arity(&mut self, name: &Name, (fewest, most): Arity, count: usize, span: Span, call: &Call) {
        if (fewest..=most).contains(&count) {
            return;
        }
        let takes = match (fewest, most) {
            (0, 0) => "no argument".to_owned(),
            (1, 1) => "1 argument".to_owned(),
            (fewest, most) if fewest == most => format!("{fewest} arguments"),
            (fewest, most) => format!("{fewest} to {most} arguments"),
        };
        let diagnostic = Diagnostic::error(
            codes::WRONG_ARGUMENT,
            format!("`{}` takes {takes}; here: {count}", name.text),
        )
        .at(span);
        self.diagnostics
            .push(match traps::grouped_digits(&call.arguments, self.positions) {
                Some((place, number)) => diagnostic
                    .help(format!("write `{number}`: a comma separates arguments"))
                    .fix(place, number),
                None => diagnostic,
            });
    }

    pub(super) fn unknown_function(&mut self, name: &Name, place: Place<'_>) {
        if let Some(closure) = place.closure {
            // A measure, or a slip: `closure` has the words for it when it compiles. Only slips are told here.
            if self.vocabulary.functions.contains_key(&name.text)
                || closure.captures.iter().any(|capture| capture.text == name.text)
            {
                return;
            }
        }
        if place.closure.is_none() && self.vocabulary.settings.contains_key(&name.text) {
            let message = format!("`{}` is a setting, not a function", name.text);
            self.diagnostics.push(
                Diagnostic::error(codes::UNKNOWN_FUNCTION, message)
                    .at(name.span)
                    .help(format!(
                        "put it behind what it belongs to: `metric(..).{}(..)`",
                        name.text
                    )),
            );
            return;
        }
        let own = self.program.functions.keys().map(|(name, _)| name.as_str());
        let rows = crate::definition::Function::ALL.iter().map(|function| function.name());
        let known: Vec<&str> = match place.closure {
            Some(_) => own.chain(rows).collect(),
            None => own
                .chain(self.vocabulary.functions.keys().map(String::as_str))
                .collect(),
        };
        self.unknown(name, format!("no function `{}`", name.text), known);
    }

    pub(super) fn unknown(&mut self, name: &Name, message: String, known: Vec<&str>) {
        let diagnostic = Diagnostic::error(codes::UNKNOWN_FUNCTION, message).at(name.span);
        if let Some(help) = self.vocabulary.better.get(&name.text) {
            self.diagnostics.push(diagnostic.help(help.as_str()));
            return;
        }
        self.diagnostics.push(match nearest(&name.text, known) {
            Some(known) => diagnostic
                .help(format!("did you mean `{known}`?"))
                .fix(name.span, known),
            None => diagnostic.help("the reference lists every word of the language"),
        });
    }

    pub(super) fn method(&mut self, of: &'a Node, call: &'a Call, place: Place<'a>) {
        let known = self.known_setting(of, call, place);
        self.node(
            of,
            Place {
                argument: false,
                ..place
            },
        );
        for argument in &call.arguments {
            self.node(
                argument,
                Place {
                    argument: known && place.closure.is_none(),
                    ..place.inside()
                },
            );
        }
    }

    pub(super) fn known_setting(&mut self, of: &Node, call: &Call, place: Place<'_>) -> bool {
        let (name, count) = (&call.name, call.arguments.len());
        if let Some((_, help)) = FORBIDDEN_CALLS.iter().find(|(word, _)| *word == name.text) {
            self.refuse(name.span, format!("`{}` cannot be used in a card", name.text), *help);
            return false;
        }
        let row = (place.closure.is_some() || place.function)
            .then(|| row_function(&name.text))
            .flatten();
        let setting = self
            .vocabulary
            .settings
            .get(&name.text)
            .copied()
            .filter(|_| place.closure.is_none());
        match (setting, row) {
            (Some(arity), None) => {
                let span = name
                    .span
                    .to(call.arguments.last().map_or(name.span, |argument| argument.span));
                self.arity(name, arity, count, span, call);
                true
            }
            (Some(_), Some(_)) => true,
            (None, Some(_)) => false,
            // The trap of a module called with a dot is told by `trap`.
            (None, None) if self.module_alias(of).is_some() => false,
            (None, None) => {
                self.unknown_setting(name, place);
                false
            }
        }
    }

    pub(super) fn unknown_setting(&mut self, name: &Name, place: Place<'_>) {
        let own = self.program.functions.keys().any(|(known, _)| *known == name.text);
        if own || (place.closure.is_none() && self.vocabulary.functions.contains_key(&name.text)) {
            self.diagnostics.push(
                Diagnostic::error(
                    codes::UNKNOWN_FUNCTION,
                    format!("`{}` is a function, not a setting", name.text),
                )
                .at(name.span)
                .help(format!(
                    "write `{}(..)`, with what stands before the dot as its first argument",
                    name.text
                )),
            );
            return;
        }
        let (message, known): (String, Vec<&str>) = match place.closure {
            Some(_) => (
                format!("no function `{}` over the values of a row", name.text),
                crate::definition::Function::ALL
                    .iter()
                    .map(|function| function.name())
                    .collect(),
            ),
            None => (
                format!("no setting `{}`", name.text),
                self.vocabulary.settings.keys().map(String::as_str).collect(),
            ),
        };
        self.unknown(name, message, known);
    }

    /// The alias of an import, where a piece is one.
    pub(super) fn module_alias(&self, node: &'a Node) -> Option<&'a str> {
        match &node.kind {
            NodeKind::Variable(module, name) if module.is_empty() => self
                .imports
                .contains_key(name.text.as_str())
                .then_some(name.text.as_str()),
            _ => None,
        }
    }
}
