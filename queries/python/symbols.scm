; What a scope can name in Python. @name is the name, @attached belongs to the definition that follows it.

(class_definition name: (identifier) @name) @type
(function_definition name: (identifier) @name) @function
(module (expression_statement (assignment left: (identifier) @name) @constant))
(type_alias_statement left: (type (identifier) @name)) @type

(decorator) @attached
