//! From the text of a card to a scorecard: the only user of Rhai.
//!
//! Imports: definition, limits, diagnostic. Never: data, any later stage.

pub mod ast;
pub mod bounds;
pub mod check;
pub mod closure;
pub mod lexer;
pub mod position;
pub mod reference;
pub mod syntax;
pub mod tree;

mod algebra;
mod allow;
mod api;
mod builder;
mod call;
mod capture;
mod finish;
mod module;
mod run;
mod sandbox;
pub(crate) mod source;
mod value;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use bellwether_order::{BTreeMap, Sort};
use rhai::{AST, Engine, Module, Shared};

use self::ast::Program;
use self::builder::{Builder, Session};
use self::check::Vocabulary;
use self::closure::Programs;
use self::source::Sources;
use crate::definition::{Literal, Scorecard};
use crate::diagnostic::{Allow, Diagnostic, Span, codes};
use crate::limits::{Budget, Host, Limits};

/// A card to compile, with everything from outside that it may see.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// Its name: a path, or what the host calls it.
    pub name: &'a str,
    /// The card.
    pub text: &'a str,
    /// Modules by the name under which a card imports them.
    pub modules: &'a [(String, String)],
    /// Values for params.
    pub params: &'a [(String, Literal)],
}

/// What a compile gives.
#[derive(Debug, Clone)]
pub struct Compiled {
    /// The scorecard; none when a diagnostic is an error.
    pub scorecard: Option<Scorecard>,
    /// Everything found, in order of the text.
    pub diagnostics: Vec<Diagnostic>,
    /// Comments that allow findings, of the card and the modules it was handed in with.
    pub allows: Vec<Allow>,
}

impl Compiled {
    fn refused(diagnostic: Diagnostic) -> Self {
        Self {
            scorecard: None,
            diagnostics: vec![diagnostic],
            allows: Vec::new(),
        }
    }
}

/// Compiles cards. Building one takes a few milliseconds; keep it and share it between threads.
pub struct Compiler {
    words: Shared<Module>,
    vocabulary: Vocabulary,
    limits: Limits,
}

impl Compiler {
    /// Builds the sandbox.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self {
            words: sandbox::vocabulary(),
            vocabulary: api::vocabulary(),
            limits,
        }
    }

    /// Compiles a card.
    ///
    /// ```
    /// use bellwether::limits::Limits;
    /// use bellwether::script::{Compiler, Source};
    ///
    /// let text = r#"
    ///     scorecard("Health").owner("CX").purpose("Keep customers");
    ///     let survey = table("survey").date("answered_on");
    ///     survey.column("recommend").scale(0, 10);
    ///     metric("nps", nps(survey.recommend)).target(45);
    /// "#;
    /// let source = Source { name: "health", text, modules: &[], params: &[] };
    /// let compiled = Compiler::new(Limits::default()).compile(&source);
    /// let card = compiled.scorecard.expect("the card has no errors");
    /// assert_eq!(card.metrics[0].name.value, "nps");
    /// ```
    #[must_use]
    pub fn compile(&self, source: &Source<'_>) -> Compiled {
        self.compile_within(source, &Budget::new(&self.limits, &Host::default()))
    }

    /// As [`Compiler::compile`], spending from a budget.
    #[must_use]
    pub fn compile_within(&self, source: &Source<'_>, budget: &Budget) -> Compiled {
        // A panic is a bug of the engine, and the host gets an error all the same.
        let compiling = std::panic::AssertUnwindSafe(|| self.compile_text(source, budget));
        std::panic::catch_unwind(compiling).unwrap_or_else(|_| {
            Compiled::refused(
                Diagnostic::error(codes::RAISED, "the engine broke while it read the card")
                    .help("this is a bug of the engine, not of the card: please report it with the card"),
            )
        })
    }

    fn compile_text(&self, source: &Source<'_>, budget: &Budget) -> Compiled {
        if let Some(diagnostic) = self.too_large(source) {
            return Compiled::refused(diagnostic);
        }
        let modules = source.modules.iter().map(|(name, text)| (name.as_str(), text.as_str()));
        let sources = Arc::new(Sources::new((source.name, source.text), modules));
        if let Some(diagnostic) = sources.positions().find_map(|text| bounds::beyond(text, &self.limits)) {
            return Compiled::refused(diagnostic);
        }
        let mut builder = Builder::new(sources.clone(), source.params.to_vec(), self.limits);
        let mut allows = Vec::new();
        for positions in sources.positions() {
            let (found, wrong) = allow::read(positions);
            allows.extend(found);
            wrong.into_iter().for_each(|diagnostic| builder.push(diagnostic));
        }
        let engine = sandbox::engine(&self.limits, &self.words, budget);
        let compiled = self.compile_sources(&engine, builder, &sources, budget);
        Compiled { allows, ..compiled }
    }

    fn compile_sources(
        &self,
        engine: &Engine,
        mut builder: Builder,
        sources: &Arc<Sources>,
        budget: &Budget,
    ) -> Compiled {
        if let Some(ast) = self.read(engine, &mut builder, sources) {
            if builder.diagnostics.iter().any(|finding| finding.code == codes::REFUSED) {
                return compiled(&mut builder);
            }
            let session = Session::new(builder);
            run::run(engine, &ast, &session);
            let mut builder = session.lock();
            // What a limit cut short is not worth checking, and may be too large to be.
            if budget.stopped().is_none() && !builder.diagnostics.iter().any(|finding| finding.code == codes::LIMIT) {
                finish::finish(&mut builder);
            }
            return compiled(&mut builder);
        }
        compiled(&mut builder)
    }

    /// Parses the card and the modules that it imports, and keeps their trees.
    fn read(&self, engine: &Engine, builder: &mut Builder, sources: &Sources) -> Option<AST> {
        let card = parse(engine, 0, builder, sources)?;
        let mut programs = Programs {
            card: Program::read(&card, &sources.get(0)?.positions),
            modules: BTreeMap::new(),
        };
        let mut wanted: Vec<String> = programs.card.imports().into_values().map(str::to_owned).collect();
        while let Some(name) = wanted.pop() {
            let Some(number) = sources.module(&name).filter(|_| !programs.modules.contains_key(&name)) else {
                continue;
            };
            let ast = parse(engine, number, builder, sources)?;
            let program = Program::read(&ast, &sources.get(number)?.positions);
            wanted.extend(program.imports().into_values().map(str::to_owned));
            programs.modules.insert(name.clone(), program);
            builder.modules.insert(name, ast);
        }
        let texts = std::iter::once((0, &programs.card)).chain(
            programs
                .modules
                .iter()
                .filter_map(|(name, program)| Some((sources.module(name)?, program))),
        );
        for (number, program) in texts {
            let found = check::check(program, &sources.get(number)?.positions, &self.vocabulary);
            found.into_iter().for_each(|diagnostic| builder.push(diagnostic));
        }
        for program in programs.modules.values() {
            let found = module::refused(program);
            found.into_iter().for_each(|diagnostic| builder.push(diagnostic));
        }
        builder.programs = Arc::new(programs);
        Some(card)
    }

    fn too_large(&self, source: &Source<'_>) -> Option<Diagnostic> {
        let limit = self.limits.source_bytes;
        let texts = std::iter::once((source.name, source.text.len()))
            .chain(source.modules.iter().map(|(name, text)| (name.as_str(), text.len())));
        texts
            .zip(0_u16..)
            .find(|((_, length), _)| *length > limit)
            .map(|((name, length), number)| {
                Diagnostic::error(
                    codes::LIMIT,
                    format!("`{name}` has {length} bytes, and a text may have {limit}"),
                )
                .at(Span {
                    source: number,
                    start: 0,
                    end: 0,
                })
                .help("move shared definitions into modules, and rows into files")
            })
    }
}

fn parse(engine: &Engine, number: u16, builder: &mut Builder, sources: &Sources) -> Option<AST> {
    match engine.compile(sources.get(number)?.positions.text()) {
        Ok(mut ast) => {
            ast.set_source(number.to_string());
            Some(ast)
        }
        Err(error) => {
            builder.push(syntax::explain(&error, &sources.get(number)?.positions));
            None
        }
    }
}

/// What a finished compile hands out.
fn compiled(builder: &mut Builder) -> Compiled {
    let mut diagnostics = std::mem::take(&mut builder.diagnostics);
    diagnostics.append(&mut builder.log.take());
    diagnostics.order_by_key(|diagnostic| diagnostic.span.map(|span| (span.source, span.start)));
    let failed = diagnostics.iter().any(Diagnostic::is_error);
    Compiled {
        scorecard: (!failed).then(|| std::mem::take(&mut builder.card)),
        diagnostics,
        allows: Vec::new(),
    }
}
