//! `import "company/cx" as cx;`: from the texts that the host handed in, and from nowhere else.
//!
//! Imports: diagnostic, script.

use rhai::{Dynamic, Engine, EvalAltResult, GlobalRuntimeState, Module, ModuleResolver, Position, Scope, Shared};

use super::ast::{NodeKind, Program};
use super::builder::Session;
use crate::diagnostic::{Diagnostic, codes};

/// What a module may not hold: everything but functions, constants and imports.
pub fn refused(program: &Program) -> Vec<Diagnostic> {
    let foreign = program.body.iter().filter(|node| {
        !matches!(
            node.kind,
            NodeKind::Let { constant: true, .. } | NodeKind::Import(..) | NodeKind::Export(..)
        )
    });
    foreign
        .map(|node| {
            Diagnostic::error(codes::REFUSED, "a module holds functions and constants only")
                .at(node.span)
                .help("put it into a function, which a card calls: fn loyalty(survey) { metric(\"nps\", nps(survey.recommend)) }")
        })
        .collect()
}

/// Finds modules in the compile that is under way.
pub struct CardModules;

impl ModuleResolver for CardModules {
    fn resolve(
        &self,
        _: &Engine,
        _: Option<&str>,
        path: &str,
        position: Position,
    ) -> Result<Shared<Module>, Box<EvalAltResult>> {
        Err(EvalAltResult::ErrorModuleNotFound(path.into(), position).into())
    }

    fn resolve_raw(
        &self,
        engine: &Engine,
        global: &mut GlobalRuntimeState,
        _: &mut Scope<'_>,
        path: &str,
        position: Position,
    ) -> Result<Shared<Module>, Box<EvalAltResult>> {
        let missing = || Box::new(EvalAltResult::ErrorModuleNotFound(path.into(), position));
        let session = global
            .tag
            .read_lock::<Session>()
            .map(|session| session.clone())
            .ok_or_else(missing)?;
        let ast = {
            let mut builder = session.lock();
            if builder.importing.iter().any(|other| other == path) {
                return Err(super::sandbox::raised(
                    "modules import each other in a circle",
                    position,
                ));
            }
            let ast = builder.modules.get(path).cloned().ok_or_else(missing)?;
            builder.importing.push(path.into());
            ast
        };
        let mut inner = engine.new_global_runtime_state();
        inner.tag = Dynamic::from(session.clone());
        inner.num_operations = global.num_operations;
        inner.num_modules_loaded = global.num_modules_loaded;
        inner.level = global.level + 1;
        let made = Module::eval_ast_as_new_raw(engine, &mut Scope::new(), &mut inner, &ast);
        global.num_operations = inner.num_operations;
        global.num_modules_loaded = inner.num_modules_loaded;
        session.lock().importing.pop();
        let mut module = made?;
        module.build_index();
        Ok(module.into())
    }
}
