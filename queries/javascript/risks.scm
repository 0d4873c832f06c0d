; Risks in JavaScript, and in TypeScript too. A capture is named after its rule in ../rules.toml: @rule is the find,
; @rule.key what it is known by, @rule.instead what may stand in for one that is gone, @_other only serves a predicate.

; --- test-deleted
((call_expression
  function: [
    (identifier) @_call
    (member_expression object: (identifier) @_call)
    (call_expression function: (member_expression object: (identifier) @_call))
  ]
  arguments: (arguments . [(string) (template_string)] @test-deleted.key)) @test-deleted
 (#any-of? @_call "it" "test" "xit" "xtest" "fit"))

; --- test-skipped
((call_expression
  function: [
    (member_expression object: (identifier) @_call property: (property_identifier) @_how)
    (member_expression object: (member_expression object: (identifier) @_call) property: (property_identifier) @_how)
  ] @test-skipped)
 (#any-of? @_call "it" "test" "describe" "context" "suite")
 (#any-of? @_how "skip" "todo" "fails" "fixme" "failing"))
((call_expression function: (identifier) @test-skipped)
 (#any-of? @test-skipped "xit" "xtest" "xdescribe" "xcontext"))
((call_expression
  function: (member_expression object: [(this) (identifier)] @_of property: (property_identifier) @_how)
  arguments: (arguments . "(" . ")" .)) @test-skipped
 (#any-of? @_of "this" "ctx" "t") (#eq? @_how "skip"))

; --- assertion-removed
((call_expression
  function: (member_expression
    object: [
      (call_expression function: (identifier) @_call)
      (member_expression object: (call_expression function: (identifier) @_call))
      (member_expression object: (member_expression object: (call_expression function: (identifier) @_call)))
    ])) @assertion-removed
 (#any-of? @_call "expect" "assertThat"))
((call_expression
  function: [(identifier) @_call (member_expression object: (identifier) @_call)]) @assertion-removed
 (#eq? @_call "assert"))
((member_expression
  object: (member_expression object: (call_expression function: (identifier) @_call))
  property: (property_identifier) @_is) @assertion-removed
 (#eq? @_call "expect") (#any-of? @_is "true" "false" "null" "undefined" "ok" "empty" "exist"))

; --- guard-removed
(if_statement
  condition: (_) @guard-removed.key
  consequence: [
    (return_statement) (throw_statement) (continue_statement) (break_statement)
    (statement_block [(return_statement) (throw_statement) (continue_statement) (break_statement)] .)
  ]
  !alternative) @guard-removed
((call_expression
  function: [(identifier) @_name (member_expression property: (property_identifier) @_name)]) @guard-removed
 (#match? @_name "^_?((authori[sz]e|authenticate|check|ensure|verify|validate|require|enforce|assert)([A-Z_]|$)|(has|is|can)_?([Pp]erm|[Rr]ole|[Aa]dmin|[Oo]wner|[Aa]uth|[Ss]uper|[Ss]taff|[Aa]llowed|[Aa]ccess))")
 (#not-any-of? @_name "require" "assert"))
((arguments (identifier) @guard-removed)
 (#match? @guard-removed "^((require|ensure|check|verify|is|has)(Auth|Login|Admin|Role|Perm|Owner|Scope|Session|Csrf|Token)|authenticate|authorize|csrf|rateLimit|auth(Middleware|Guard)?$)"))

(if_statement condition: (_) @guard-removed.instead)
(while_statement condition: (_) @guard-removed.instead)
(ternary_expression condition: (_) @guard-removed.instead)
((binary_expression operator: ["&&" "||" "??"]) @guard-removed.instead)
(switch_statement value: (_) @guard-removed.instead)

; --- error-swallowed
(catch_clause body: (statement_block . "{" . (comment)* . "}" .)) @error-swallowed
(catch_clause
  body: (statement_block . (comment)* . (return_statement [
    (null) (undefined) (false) (true) (array . "[" . "]") (object . "{" . "}")
  ]?) . (comment)* . "}" .)) @error-swallowed
((call_expression
  function: (member_expression property: (property_identifier) @_name)
  arguments: (arguments . (arrow_function body: [
    (statement_block . "{" . (comment)* . "}" .) (null) (undefined) (array . "[" . "]") (false) (true)
    (parenthesized_expression (object . "{" . "}"))
  ]) .)) @error-swallowed
 (#eq? @_name "catch"))
((call_expression
  function: (member_expression property: (property_identifier) @_name)
  arguments: (arguments . (function_expression body: (statement_block . "{" . (comment)* . "}" .)) .)) @error-swallowed
 (#eq? @_name "catch"))
((call_expression
  function: (member_expression property: (property_identifier) @_name)
  arguments: (arguments . (identifier) @_noop .)) @error-swallowed
 (#eq? @_name "catch") (#eq? @_noop "noop"))

; --- tls-check-off
((pair key: [(property_identifier) @_name (string (string_fragment) @_name)] value: (false)) @tls-check-off
 (#any-of? @_name "rejectUnauthorized" "strictSSL" "checkServerIdentity"))
((pair key: (property_identifier) @_name value: (arrow_function body: [(undefined) (statement_block . "{" . "}" .)]))
 @tls-check-off
 (#eq? @_name "checkServerIdentity"))
((assignment_expression
  left: [
    (member_expression property: (property_identifier) @_name)
    (subscript_expression index: (string (string_fragment) @_name))
  ]
  right: [(string (string_fragment) @_off) (number) @_off]) @tls-check-off
 (#eq? @_name "NODE_TLS_REJECT_UNAUTHORIZED") (#eq? @_off "0"))
((pair key: [(property_identifier) @_name (string (string_fragment) @_name)]
  value: [(string (string_fragment) @_off) (number) @_off]) @tls-check-off
 (#eq? @_name "NODE_TLS_REJECT_UNAUTHORIZED") (#eq? @_off "0"))
((assignment_expression left: (member_expression property: (property_identifier) @_name) right: (false)) @tls-check-off
 (#any-of? @_name "rejectUnauthorized" "strictSSL"))

; --- secret-added
([
  (variable_declarator name: (identifier) @_name value: (string (string_fragment) @secret-added.key))
  (pair key: [(property_identifier) @_name (string (string_fragment) @_name)]
    value: (string (string_fragment) @secret-added.key))
  (assignment_expression
    left: [
      (member_expression property: (property_identifier) @_name)
      (subscript_expression index: (string (string_fragment) @_name))
      (identifier) @_name
    ]
    right: (string (string_fragment) @secret-added.key))
  (assignment_expression
    left: (member_expression property: (property_identifier) @_name)
    right: (binary_expression right: (string (string_fragment) @secret-added.key)))
  (variable_declarator name: (identifier) @_name
    value: (binary_expression operator: ["||" "??"] right: (string (string_fragment) @secret-added.key)))
  (pair key: (property_identifier) @_name
    value: (binary_expression operator: ["||" "??"] right: (string (string_fragment) @secret-added.key)))
] @secret-added
 (#match? @_name "(?i)(passw(or)?d|passphrase|pwd|secret|token|api_?key|access_?key|private_?key|credential)s?$"))

; --- dynamic-code
((call_expression
  function: [(identifier) @_name (member_expression property: (property_identifier) @_name)]
  arguments: (arguments . [
    (identifier) (template_string (template_substitution)) (binary_expression) (member_expression) (call_expression)
    (subscript_expression) (await_expression)
  ])) @dynamic-code
 (#any-of? @_name "eval" "runInThisContext" "runInNewContext" "runInContext" "execScript"))
((new_expression constructor: (identifier) @_name) @dynamic-code
 (#eq? @_name "Function"))
((new_expression constructor: (member_expression property: (property_identifier) @_name)) @dynamic-code
 (#eq? @_name "Script"))
((call_expression function: (identifier) @_name) @dynamic-code
 (#eq? @_name "Function"))
((call_expression
  function: (identifier) @_name
  arguments: (arguments . [(string) (template_string) (binary_expression)])) @dynamic-code
 (#any-of? @_name "setTimeout" "setInterval"))

; --- placeholder-left
((comment) @placeholder-left
 (#match? @placeholder-left "(?i)(^(//+|/\\*+)\\s*\\W?(\\.{3}|…)\\s*\\W?((the )?(rest|remaining|remainder|existing|previous|unchanged|other|same)\\b)|\\b(existing|remaining|previous|rest of( the)?|other) (\\w+ ){0,2}(code|implementation|methods?|functions?|logic|imports|tests?|fields|file|body)\\b.{0,30}(\\.{3}|…|unchanged|(stays?|remains?) (the same|unchanged)|omitted|goes here)|^\\W*(rest|remainder) of (the |this )?(code|file|function|class|component|implementation|method|module)|(code|implementation) (omitted|unchanged)( for brevity)?|keep (the )?(existing|rest of the) (code|implementation))"))
((comment) @placeholder-left
 (#match? @placeholder-left "(?i)((TODO|FIXME)\\W{0,3}\\s*(implement|fill|add (the )?(real|actual|proper)|write)|\\bin (a )?(real|production)[- ](world )?(app|application|implementation|system|code)|\\bplaceholder (implementation|value|code|logic)|(implementation|logic|code) goes here|\\bnot (yet )?implemented\\b)"))
((throw_statement
  (new_expression arguments: (arguments . [(string (string_fragment) @_says) (template_string (string_fragment) @_says)])))
 @placeholder-left
 (#match? @_says "(?i)(not (yet )?implemented|^todo)"))

; --- lint-suppressed
((comment) @lint-suppressed
 (#match? @lint-suppressed "(eslint-disable|@ts-(ignore|nocheck|expect-error)|biome-ignore|oxlint-disable|istanbul ignore|(c8|v8) ignore|tslint:disable|jshint ignore|nosemgrep)"))
