; Risks in TypeScript beyond JavaScript's.

; --- guard-removed
((decorator [
   (identifier) @_name
   (call_expression function: (identifier) @_name)
 ]) @guard-removed
 (#match? @_name "^(UseGuards|Roles?|Auth|Authorized|RequirePermissions?|Permissions?|Is[A-Z]\\w*|Min|Max|MinLength|MaxLength|Length|Matches|ValidateNested|Throttle)$"))
(decorator) @guard-removed.instead

; --- secret-added
([
  (public_field_definition name: (property_identifier) @_name value: (string (string_fragment) @secret-added.key))
] @secret-added
 (#match? @_name "(?i)(passw(or)?d|passphrase|pwd|secret|token|api_?key|access_?key|private_?key|credential)s?$"))

; --- lint-suppressed
((as_expression (as_expression (_) (predefined_type) @_any)) @lint-suppressed
 (#any-of? @_any "any" "unknown"))
