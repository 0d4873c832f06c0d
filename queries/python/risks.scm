; Risks in Python. A capture is named after its rule in ../rules.toml: @rule is the find, @rule.key what it is known
; by, @rule.instead what may stand in for one that is gone, @_other only serves a predicate.

; --- test-deleted
((function_definition name: (identifier) @test-deleted.key) @test-deleted
 (#match? @test-deleted.key "^test"))

; --- test-skipped
((decorator [
   (attribute attribute: (identifier) @_name)
   (call function: (attribute attribute: (identifier) @_name))
   (identifier) @_name
   (call function: (identifier) @_name)
 ]) @test-skipped
 (#match? @_name "^(skip|skipIf|skipUnless|skipif|xfail|expectedFailure)$")
 (#not-match? @test-skipped "(sys\\.(platform|version|implementation)|platform\\.|os\\.name|shutil\\.which|find_spec)"))
((call function: (attribute object: (identifier) @_of attribute: (identifier) @_name)) @test-skipped
 (#any-of? @_of "pytest" "self" "unittest") (#any-of? @_name "skip" "skipTest" "xfail"))
((raise_statement [
   (call function: [(identifier) @_name (attribute attribute: (identifier) @_name)])
   (identifier) @_name
   (attribute attribute: (identifier) @_name)
 ]) @test-skipped
 (#eq? @_name "SkipTest"))

; --- assertion-removed
(assert_statement) @assertion-removed
((call function: (attribute attribute: (identifier) @_name)) @assertion-removed
 (#match? @_name "^(assert[A-Z_]|assert_|fail(If|Unless)?$)"))
((with_item value: (call function: (attribute object: (identifier) @_of attribute: (identifier) @_name))) @assertion-removed
 (#eq? @_of "pytest") (#any-of? @_name "raises" "warns"))

; --- guard-removed
(if_statement
  condition: (_) @guard-removed.key
  consequence: (block [
    (return_statement) (raise_statement) (continue_statement) (break_statement)
  ] .)
  !alternative) @guard-removed
((if_statement
  condition: (_) @guard-removed.key
  consequence: (block (expression_statement
    (call function: [(identifier) @_leave (attribute attribute: (identifier) @_leave)])) .)
  !alternative) @guard-removed
 (#any-of? @_leave "abort" "exit"))
((call function: [(identifier) @_name (attribute attribute: (identifier) @_name)]) @guard-removed
 (#match? @_name "(?i)^_?((authori[sz]e|authenticate|check|ensure|verify|validate|require|enforce)(_|$)|(has|is|can)_?(perm|role|admin|owner|auth|superuser|staff|allowed|permitted|access)|full_clean$|is_valid$)"))
((decorator [
   (identifier) @_name
   (call function: (identifier) @_name)
   (attribute attribute: (identifier) @_name)
   (call function: (attribute attribute: (identifier) @_name))
 ]) @guard-removed
 (#match? @_name "(?i)(login_required|permission|requires?_|_required|roles_accepted|user_passes_test|authenticated|validate|validator|csrf_protect|rate_?limit)"))

(if_statement condition: (_) @guard-removed.instead)
(elif_clause condition: (_) @guard-removed.instead)
(while_statement condition: (_) @guard-removed.instead)
(conditional_expression) @guard-removed.instead
(boolean_operator) @guard-removed.instead
(assert_statement) @guard-removed.instead
(decorator) @guard-removed.instead
(match_statement subject: (_) @guard-removed.instead)

; --- error-swallowed
((except_clause
  value: (_)? @_type
  (block . [(pass_statement) (continue_statement) (expression_statement (ellipsis))] .)) @error-swallowed
 (#not-match? @_type "^\\(?(ImportError|ModuleNotFoundError|FileNotFoundError|FileExistsError|ProcessLookupError|KeyboardInterrupt|StopIteration|StopAsyncIteration|GeneratorExit|asyncio.CancelledError|BrokenPipeError)\\b"))
((except_clause
  value: (_)? @_type
  (block . (return_statement [
    (none) (true) (false) (list . "[" . "]") (dictionary . "{" . "}") (string) (integer)
  ]?) .)) @error-swallowed
 (#match? @_type "^(Exception|BaseException)\\b"))
((except_clause . "except" . ":" . (block . (return_statement) .)) @error-swallowed)
((call
  function: [(identifier) @_name (attribute attribute: (identifier) @_name)]
  arguments: (argument_list (identifier) @_type)) @error-swallowed
 (#eq? @_name "suppress") (#any-of? @_type "Exception" "BaseException"))

; --- tls-check-off
((keyword_argument name: (identifier) @_name value: (false)) @tls-check-off
 (#any-of? @_name "verify" "check_hostname" "verify_ssl" "ssl_verify" "verify_certs" "ssl"))
((keyword_argument name: (identifier) @_name value: (string (string_content) @_none)) @tls-check-off
 (#eq? @_name "cert_reqs") (#eq? @_none "CERT_NONE"))
((assignment left: [(attribute attribute: (identifier) @_name) (identifier) @_name] right: (false)) @tls-check-off
 (#any-of? @_name "verify" "check_hostname" "verify_ssl" "ssl_verify" "verify_certs"))
((attribute attribute: (identifier) @_name) @tls-check-off
 (#any-of? @_name "_create_unverified_context" "CERT_NONE" "disable_warnings"))

; --- secret-added
([
  (assignment
    left: [
      (identifier) @_name
      (attribute attribute: (identifier) @_name)
      (subscript subscript: (string (string_content) @_name))
    ]
    right: (string (string_content) @secret-added.key))
  (keyword_argument name: (identifier) @_name value: (string (string_content) @secret-added.key))
  (default_parameter name: (identifier) @_name value: (string (string_content) @secret-added.key))
  (typed_default_parameter name: (identifier) @_name value: (string (string_content) @secret-added.key))
  (pair key: (string (string_content) @_name) value: (string (string_content) @secret-added.key))
] @secret-added
 (#match? @_name "(?i)(passw(or)?d|passphrase|pwd|secret|token|api_?key|access_?key|private_?key|credential)s?$"))

; --- dynamic-code
((call
  function: (identifier) @_name
  arguments: (argument_list . [(identifier) (call) (binary_operator) (attribute) (subscript) (string (interpolation))]))
 @dynamic-code
 (#any-of? @_name "eval" "exec" "__import__"))
((call
  function: (attribute object: (identifier) @_of attribute: (identifier) @_name)
  arguments: (argument_list . [(identifier) (call) (binary_operator) (attribute) (subscript) (string (interpolation))]))
 @dynamic-code
 (#match? @_of "^(builtins|importlib|runpy|code)$")
 (#any-of? @_name "eval" "exec" "import_module" "run_path" "run_module" "interact"))

; --- placeholder-left
((comment) @placeholder-left
 (#match? @placeholder-left "(?i)(^#+\\s*\\W?(\\.{3}|…)\\s*\\W?((the )?(rest|remaining|remainder|existing|previous|unchanged|other|same)\\b)|\\b(existing|remaining|previous|rest of( the)?|other) (\\w+ ){0,2}(code|implementation|methods?|functions?|logic|imports|tests?|fields|file|body)\\b.{0,30}(\\.{3}|…|unchanged|(stays?|remains?) (the same|unchanged)|omitted|goes here)|^\\W*(rest|remainder) of (the |this )?(code|file|function|class|implementation|method|module)|(code|implementation) (omitted|unchanged)( for brevity)?|keep (the )?(existing|rest of the) (code|implementation))"))
((comment) @placeholder-left
 (#match? @placeholder-left "(?i)((TODO|FIXME)\\W{0,3}\\s*(implement|fill|add (the )?(real|actual|proper)|write)|\\bin (a )?(real|production)[- ](world )?(app|application|implementation|system|code)|\\bplaceholder (implementation|value|code|logic)|(implementation|logic|code) goes here|\\bnot (yet )?implemented\\b)"))
((raise_statement [(identifier) @_type (call function: (identifier) @_type)]) @placeholder-left
 (#eq? @_type "NotImplementedError"))

; --- lint-suppressed
((comment) @lint-suppressed
 (#match? @lint-suppressed "#\\s*(noqa|type:\\s*ignore|pylint:\\s*disable|nosec|pragma:\\s*no\\s*cover|pyright:\\s*(ignore|basic)|mypy:\\s*(ignore|disable|allow)|ruff:\\s*noqa|flake8:\\s*noqa|nosemgrep|fmt:\\s*off)"))
