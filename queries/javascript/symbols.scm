; What a scope can name in JavaScript, and in TypeScript too. @name is the name, @attached belongs to the definition
; that follows it. Names are written (_) where the two grammars call them differently.

(class_declaration name: (_) @name) @type
(function_declaration name: (_) @name) @function
(generator_function_declaration name: (_) @name) @function
(method_definition name: (_) @name) @function

(variable_declarator
  name: (identifier) @name
  value: [(arrow_function) (function_expression) (generator_function)]) @function
(variable_declarator name: (identifier) @name value: (class)) @type
(program (lexical_declaration (variable_declarator name: (identifier) @name) @constant))
(program (variable_declaration (variable_declarator name: (identifier) @name) @constant))
(program (export_statement (lexical_declaration (variable_declarator name: (identifier) @name) @constant)))
(pair key: (property_identifier) @name value: [(arrow_function) (function_expression)]) @function
(assignment_expression
  left: (member_expression property: (property_identifier) @name)
  right: [(arrow_function) (function_expression)]) @function

((call_expression
  function: [
    (identifier) @_call
    (member_expression object: (identifier) @_call)
    (call_expression function: (member_expression object: (identifier) @_call))
  ]
  arguments: (arguments . [(string (string_fragment) @name) (template_string) @name])) @test
  (#any-of? @_call "describe" "context" "suite" "it" "test" "xit" "xtest" "xdescribe" "fit" "fdescribe"))

(decorator) @attached
(export_statement "export" @attached)
(export_statement "default" @attached)
(lexical_declaration kind: _ @attached)
(variable_declaration "var" @attached)
((comment) @attached (#match? @attached "^/\\*\\*"))
