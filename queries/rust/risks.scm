; Risks in Rust. A capture is named after its rule in ../rules.toml: @rule is the find, @rule.key what it is known by,
; @rule.instead what may stand in for one that is gone, @_other only serves a predicate.

; --- test-deleted
((attribute_item
   (attribute [(identifier) @_kind (scoped_identifier name: (identifier) @_kind)])) @test-deleted
 . [(attribute_item) (line_comment) (block_comment)]*
 . (function_item name: (identifier) @test-deleted.key) @test-deleted
 (#match? @_kind "^(test|rstest|test_case|case|wasm_bindgen_test|quickcheck|test_log)$"))

; --- test-skipped
((attribute_item (attribute (identifier) @_name)) @test-skipped
 (#eq? @_name "ignore"))

; --- assertion-removed
((macro_invocation
   macro: [(identifier) @_name (scoped_identifier name: (identifier) @_name)]) @assertion-removed
 (#match? @_name "^(prop_|debug_)?assert(_[a-z_]+)?$"))

; --- guard-removed
(if_expression
  condition: (_) @guard-removed.key
  consequence: (block [
    (return_expression)
    (expression_statement [(return_expression) (continue_expression) (break_expression)])
  ] .)
  !alternative) @guard-removed
((if_expression
  condition: (_) @guard-removed.key
  consequence: (block (expression_statement (macro_invocation macro: (identifier) @_leave)) .)
  !alternative) @guard-removed
 (#any-of? @_leave "bail" "panic" "return_err"))
(let_declaration
  value: (_) @guard-removed.key
  alternative: (block)) @guard-removed
((macro_invocation macro: (identifier) @_name) @guard-removed
 (#eq? @_name "ensure"))
((call_expression
  function: [
    (identifier) @_name
    (field_expression field: (field_identifier) @_name)
    (scoped_identifier name: (identifier) @_name)
  ]) @guard-removed
 (#match? @_name "(?i)^((authori[sz]e|check|ensure|verify|validate|require|enforce)(_|$)|(has|is|can)_?(perm|role|admin|owner|auth|superuser|staff|allowed|permitted|access)|assert_(can|may|is|valid))"))
((attribute_item (attribute (identifier) @_name)) @guard-removed
 (#any-of? @_name "validate" "has_permissions" "has_roles" "protect" "requires_auth"))

(if_expression condition: (_) @guard-removed.instead)
(while_expression condition: (_) @guard-removed.instead)
(match_expression value: (_) @guard-removed.instead)
(match_pattern condition: (_) @guard-removed.instead)
(try_expression) @guard-removed.instead
(let_declaration value: (_) @guard-removed.instead alternative: (block))
((macro_invocation macro: (identifier) @_name) @guard-removed.instead
 (#match? @_name "^(ensure|bail|assert.*|debug_assert.*)$"))

; --- error-swallowed
((match_arm
  pattern: (match_pattern (tuple_struct_pattern type: (identifier) @_type))
  value: [(block . "{" . [(line_comment) (block_comment)]* . "}" .) (unit_expression)]) @error-swallowed
 (#eq? @_type "Err"))
((if_expression
  condition: (let_condition pattern: (tuple_struct_pattern type: (identifier) @_type))
  consequence: (block . "{" . [(line_comment) (block_comment)]* . "}" .)) @error-swallowed
 (#eq? @_type "Err"))
(let_declaration pattern: "_" value: [(call_expression) (await_expression)]) @error-swallowed
((expression_statement
  (call_expression
    function: (field_expression field: (field_identifier) @_name)
    arguments: (arguments . "(" . ")" .))) @error-swallowed
 (#eq? @_name "ok"))

; --- tls-check-off
((call_expression
  function: (field_expression field: (field_identifier) @_name)
  arguments: (arguments (boolean_literal) @_on)) @tls-check-off
 (#any-of? @_name "danger_accept_invalid_certs" "danger_accept_invalid_hostnames" "tls_danger_accept_invalid_certs" "tls_danger_accept_invalid_hostnames")
 (#eq? @_on "true"))
((call_expression
  function: (field_expression field: (field_identifier) @_name)) @tls-check-off
 (#any-of? @_name "dangerous" "with_custom_certificate_verifier"))
((scoped_identifier
  path: [(identifier) @_type (scoped_identifier name: (identifier) @_type)]
  name: (identifier) @_name) @tls-check-off
 (#eq? @_type "SslVerifyMode") (#eq? @_name "NONE"))

; --- secret-added
([
  (const_item name: (identifier) @_name value: (string_literal (string_content) @secret-added.key))
  (static_item name: (identifier) @_name value: (string_literal (string_content) @secret-added.key))
  (let_declaration pattern: (identifier) @_name value: [
    (string_literal (string_content) @secret-added.key)
    (call_expression function: (field_expression value: (string_literal (string_content) @secret-added.key)))
    (call_expression arguments: (arguments . (string_literal (string_content) @secret-added.key) .))
  ])
  (field_initializer field: (field_identifier) @_name value: [
    (string_literal (string_content) @secret-added.key)
    (call_expression function: (field_expression value: (string_literal (string_content) @secret-added.key)))
    (call_expression arguments: (arguments . (string_literal (string_content) @secret-added.key) .))
  ])
] @secret-added
 (#match? @_name "(?i)(passw(or)?d|passphrase|pwd|secret|token|api_?key|access_?key|private_?key|credential)s?$"))

; --- dynamic-code
((call_expression
  function: (field_expression
    value: (call_expression
      function: (scoped_identifier path: (_) @_type name: (identifier) @_new)
      arguments: (arguments . (string_literal (string_content) @_shell) .))
    field: (field_identifier) @_arg)
  arguments: (arguments . (string_literal (string_content) @_flag) .)) @dynamic-code
 (#match? @_type "(^|::)Command$") (#eq? @_new "new") (#eq? @_arg "arg")
 (#match? @_shell "^(/bin/|/usr/bin/)?(sh|bash|zsh|dash|python3?|node|perl|ruby|cmd|powershell|pwsh)(\\.exe)?$")
 (#match? @_flag "^(-[a-z]*[ce]|/[cC]|-Command)$"))
((call_expression
  function: (field_expression field: (field_identifier) @_name)
  arguments: (arguments . [(identifier) (reference_expression) (field_expression) (call_expression) (macro_invocation)]))
 @dynamic-code
 (#match? @_name "^eval(_[a-z_]+)?$"))
((call_expression
  function: (scoped_identifier path: (_) @_type name: (identifier) @_name)) @dynamic-code
 (#match? @_type "(^|::)(Library|DynamicLibrary)$") (#any-of? @_name "new" "open"))

; --- placeholder-left
(([(line_comment) (block_comment)]) @placeholder-left
 (#match? @placeholder-left "(?i)(^(//+!?|/\\*+)\\s*\\W?(\\.{3}|…)\\s*\\W?((the )?(rest|remaining|remainder|existing|previous|unchanged|other|same)\\b)|\\b(existing|remaining|previous|rest of( the)?|other) (\\w+ ){0,2}(code|implementation|methods?|functions?|logic|imports|tests?|fields|file|body)\\b.{0,30}(\\.{3}|…|unchanged|(stays?|remains?) (the same|unchanged)|omitted|goes here)|^\\W*(rest|remainder) of (the |this )?(code|file|function|class|implementation|method|module)|(code|implementation) (omitted|unchanged)( for brevity)?|keep (the )?(existing|rest of the) (code|implementation))"))
(([(line_comment) (block_comment)]) @placeholder-left
 (#match? @placeholder-left "(?i)((TODO|FIXME)\\W{0,3}\\s*(implement|fill|add (the )?(real|actual|proper)|write)|\\bin (a )?(real|production)[- ](world )?(app|application|implementation|system|code)|\\bplaceholder (implementation|value|code|logic)|(implementation|logic|code) goes here|\\bnot (yet )?implemented\\b)"))
((macro_invocation macro: (identifier) @_name) @placeholder-left
 (#any-of? @_name "todo" "unimplemented"))
((macro_invocation
  macro: (identifier) @_name
  (token_tree . (string_literal) @_says)) @placeholder-left
 (#eq? @_name "panic") (#match? @_says "(?i)(not (yet )?implemented|\\btodo\\b)"))

; --- lint-suppressed
([
  (attribute_item (attribute (identifier) @_name))
  (inner_attribute_item (attribute (identifier) @_name))
] @lint-suppressed
 (#any-of? @_name "allow" "expect"))
([
  (attribute_item (attribute (identifier) @_name))
  (inner_attribute_item (attribute (identifier) @_name))
] @lint-suppressed
 (#eq? @_name "cfg_attr") (#match? @lint-suppressed "\\b(allow|expect)\\s*\\("))
((attribute_item (attribute (identifier) @_name)) @lint-suppressed
 (#eq? @_name "rustfmt::skip"))
