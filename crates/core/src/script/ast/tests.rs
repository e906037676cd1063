use super::*;

fn read(text: &str) -> (Program, Positions) {
    let mut engine = Engine::new_raw();
    engine.set_fast_operators(false);
    let ast = engine.compile(text).unwrap();
    let positions = Positions::new(0, text);
    (Program::read(&ast, &positions), positions)
}

/// Writes a tree with every operation in brackets, and each span's text behind it where it is asked for.
fn show(node: &Node) -> String {
    let all = |nodes: &[Node]| nodes.iter().map(show).collect::<Vec<_>>().join(", ");
    let path = |module: &[Name], name: &Name| {
        module.iter().map(|part| format!("{}::", part.text)).collect::<String>() + name.text.as_str()
    };
    match &node.kind {
        NodeKind::Constant(Constant::Int(value)) => value.to_string(),
        NodeKind::Constant(Constant::Text(value)) => format!("{value:?}"),
        NodeKind::Constant(value) => format!("{value:?}"),
        NodeKind::Template(parts) => format!("template({})", all(parts)),
        NodeKind::Array(items) => format!("[{}]", all(items)),
        NodeKind::Variable(module, name) => path(module, name),
        NodeKind::Property(of, name, _) => format!("{}.{}", show(of), name.text),
        NodeKind::Index(of, index, _) => format!("{}[{}]", show(of), show(index)),
        NodeKind::Call(call) => format!("{}({})", path(&call.module, &call.name), all(&call.arguments)),
        NodeKind::Method(of, call) => format!("{}.{}({})", show(of), call.name.text, all(&call.arguments)),
        NodeKind::Unary(op, of) => format!("({op}{})", show(of)),
        NodeKind::Binary(op, left, right) => format!("({} {} {})", show(left), op.text, show(right)),
        NodeKind::And(items) => format!("and({})", all(items)),
        NodeKind::Or(items) => format!("or({})", all(items)),
        NodeKind::Coalesce(items) => format!("coalesce({})", all(items)),
        NodeKind::In(value, list, not) => format!("({}{} in {})", if *not { "!" } else { "" }, show(value), show(list)),
        NodeKind::Closure(closure) => {
            let captures: Vec<&str> = closure.captures.iter().map(|name| name.text.as_str()).collect();
            format!(
                "|{}; {}| {}",
                closure.parameters.join(", "),
                captures.join(", "),
                all(&closure.body)
            )
        }
        NodeKind::Block(body) => format!("{{{}}}", all(body)),
        NodeKind::If(condition, then, otherwise) => {
            format!(
                "if({}, {}, {})",
                show(condition),
                show(then),
                otherwise.as_deref().map(show).unwrap_or_default()
            )
        }
        NodeKind::Switch(on, arms) => {
            let arms: Vec<String> = arms
                .iter()
                .map(|arm| {
                    let guard = arm
                        .guard
                        .as_ref()
                        .map(|guard| format!(" if {}", show(guard)))
                        .unwrap_or_default();
                    format!("{:?}{guard} => {}", arm.labels, show(&arm.value))
                })
                .collect();
            format!("switch({}; {})", show(on), arms.join("; "))
        }
        NodeKind::Let { name, value, .. } => {
            format!("let {} = {}", name.text, value.as_deref().map(show).unwrap_or_default())
        }
        NodeKind::Assign(op, target, value) => format!("{} {} {}", show(target), op.text, show(value)),
        NodeKind::Return(value) => format!("return {}", value.as_deref().map(show).unwrap_or_default()),
        other => format!("{other:?}"),
    }
}

fn one(text: &str) -> String {
    let (program, _) = read(text);
    program.body.iter().map(show).collect::<Vec<_>>().join("; ")
}

#[test]
fn chains_hold_what_stands_before_each_step() {
    assert_eq!(one("t.a.b.c"), "t.a.b.c");
    assert_eq!(one("t[\"a\"][\"b c\"].z.w"), "t[\"a\"][\"b c\"].z.w");
    assert_eq!(one("t.a[1].b.c"), "t.a[1].b.c");
    assert_eq!(one("t[x.y].z.w[u[1]].v"), "t[x.y].z.w[u[1]].v");
    assert_eq!(one("(t.a).b"), "t.a.b");
    assert_eq!(
        one("f(t).a.g(1, u.v).h(cx::k(2))[0]"),
        "f(t).a.g(1, u.v).h(cx::k(2))[0]"
    );
    assert_eq!(one("cx::LIMIT.max(2)"), "cx::LIMIT.max(2)");
}

#[test]
fn operators_keep_their_order() {
    assert_eq!(one("a + b * -c ** 2 - 1"), "((a + (b * ((-c) ** 2))) - 1)");
    assert_eq!(one("a && b && c || !d && e"), "or(and(a, b, c), and((!d), e))");
    assert_eq!(
        one("x in [1, 2] && y !in 1..=3"),
        "and((x in [1, 2]), (!y in (1 ..= 3)))"
    );
    assert_eq!(one("contains(a, b)"), "contains(a, b)");
    assert_eq!(one("-5 - -3"), "(-5 - -3)");
    assert_eq!(one("1 / 2"), "(1 / 2)");
    assert_eq!(one("a ?? b"), "coalesce(a, b)");
    assert_eq!(one("`a${t.b}c`"), "template(\"a\", {t.b}, \"c\")");
}

#[test]
fn closures_know_their_captures_and_body() {
    assert_eq!(one("let y = 1; f(|r| r.a > y)"), "let y = 1; f(|r; y| (r.a > y))");
    assert_eq!(one("f(|r| { let z = r.a; z + 1 })"), "f(|r; | let z = r.a, (z + 1))");
    let (program, positions) = read("let y = 1; f(|r| r.a > y, |s| { let t = s.b; t }, || {})");
    let mut texts: Vec<&str> = program
        .closures
        .values()
        .map(|closure| positions.snippet(closure.span))
        .collect();
    texts.sort_unstable();
    assert_eq!(texts, ["|r| r.a > y", "|s| { let t = s.b; t }", "|| {}"]);
}

#[test]
fn conditions_and_switches() {
    assert_eq!(
        one("if a { 1 } else if b { 2 } else { 3 }"),
        "if(a, {1}, if(b, {2}, {3}))"
    );
    assert_eq!(
        one("let s = switch x.y { 2 | 1 => 3, \"a\" if y => 4, 5..=6 => { 7 }, _ => () };"),
        "let s = switch(x.y; [Int(1), Int(2)] => 3; [Text(\"a\")] if y => 4; [Range(5, 6, true)] => {7}; [] => Missing)"
    );
    assert_eq!(one("let x = 2; x += 1; return x"), "let x = 2; x += 1; return x");
}

#[test]
fn spans_are_exact() {
    let text = "rate(t, |c| (c.x + 1) * (f(2) - 3) > limit && -(c.y) in [1, 2])\n  .where(|c| c[\"a b\"].z.max(-3) ** 2 == `q${c.w}`)";
    let (program, positions) = read(&format!("let limit = 1; let t = 1; {text}"));
    let mut found = Vec::new();
    let mut stack: Vec<&Node> = program.body.iter().skip(2).collect();
    while let Some(node) = stack.pop() {
        found.push(positions.snippet(node.span).to_owned());
        stack.extend(node.children().into_iter().rev());
    }
    let expected = [
        text,
        "rate(t, |c| (c.x + 1) * (f(2) - 3) > limit && -(c.y) in [1, 2])",
        "t",
        "|c| (c.x + 1) * (f(2) - 3) > limit && -(c.y) in [1, 2]",
        "(c.x + 1) * (f(2) - 3) > limit && -(c.y) in [1, 2]",
        "(c.x + 1) * (f(2) - 3) > limit",
        "(c.x + 1) * (f(2) - 3)",
        "c.x + 1",
        "c.x",
        "c",
        "1",
        "f(2) - 3",
        "f(2)",
        "2",
        "3",
        "limit",
        "-(c.y) in [1, 2]",
        "-(c.y)",
        "c.y",
        "c",
        "[1, 2]",
        "1",
        "2",
        "|c| c[\"a b\"].z.max(-3) ** 2 == `q${c.w}`",
        "c[\"a b\"].z.max(-3) ** 2 == `q${c.w}`",
        "c[\"a b\"].z.max(-3) ** 2",
        "c[\"a b\"].z.max(-3)",
        "c[\"a b\"].z",
        "c[\"a b\"]",
        "c",
        "\"a b\"",
        "-3",
        "2",
        "`q${c.w}`",
        "`q${c.w}`",
        "{c.w}",
        "c.w",
        "c",
    ];
    assert_eq!(found, expected);
}

#[test]
fn functions_constants_and_imports() {
    let (program, positions) = read(
        "import \"company/cx\" as cx;\nconst GOAL = 75;\nfn first(t) { if t.x { return 1; } t.y == 1 }\nfn none() {}",
    );
    assert_eq!(program.imports().get("cx"), Some(&"company/cx"));
    assert_eq!(program.constant("GOAL").map(show).as_deref(), Some("75"));
    let first = &program.functions[&("first".to_owned(), 1)];
    assert_eq!(
        first.body.iter().map(show).collect::<Vec<_>>(),
        ["if(t.x, {return 1}, )", "(t.y == 1)"]
    );
    assert_eq!(positions.snippet(first.name.span), "first");
    assert!(program.functions[&("none".to_owned(), 0)].body.is_empty());
}

#[test]
fn forbidden_forms_keep_what_is_in_them() {
    let (program, positions) = read("while x() { y(); } try { z(); } catch { w(); } loop { break; } throw 3;");
    let words: Vec<&str> = program
        .body
        .iter()
        .filter_map(|node| match &node.kind {
            NodeKind::Forbidden(word, _) => Some(*word),
            _ => None,
        })
        .collect();
    assert_eq!(words, ["while", "try", "loop", "throw"]);
    assert_eq!(positions.snippet(program.body[0].span), "while");
}

#[test]
fn steps_share_variables_imports_and_operations() {
    let mut engine = Engine::new_raw();
    let mut module = rhai::Module::new();
    module.set_var("K", 5_i64);
    let mut resolver = rhai::module_resolvers::StaticModuleResolver::new();
    resolver.insert("m", module);
    engine.set_module_resolver(resolver);
    engine.register_fn("two", || 2_i64);
    let ast = engine
        .compile("import \"m\" as m; let a = two(); let b = bad(); fn twice(x) { x + x } let c = twice(a) + m::K; c")
        .unwrap();
    let mut scope = Scope::new();
    let mut steps = Steps::new(&engine, &mut scope, &ast);
    let mut results = Vec::new();
    while let Some(result) = steps.step() {
        if result.is_err() {
            assert_eq!(steps.declared(), Some("b"));
            let name = steps.declared().unwrap().to_owned();
            steps.scope().push(name, ());
        }
        results.push(result);
    }
    assert!(results[2].is_err());
    assert_eq!(results.last().unwrap().as_ref().unwrap().as_int(), Ok(9));
}
