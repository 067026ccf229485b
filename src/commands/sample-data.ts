// Input of the examples in help and man pages.

/** Page views. */
export const clicks = `{"ts":1000,"user":"ann","page":"/home"}
{"ts":2000,"user":"bob","page":"/cart"}
{"ts":61000,"user":"ann","page":"/home"}
{"ts":62000,"user":"eve","page":"/home"}
`

/** Web server log. */
export const access = `{"time":"2026-03-01T10:00:01Z","status":200,"path":"/","ms":12}
{"time":"2026-03-01T10:00:09Z","status":503,"path":"/api/users","ms":912}
{"time":"2026-03-01T10:01:30Z","status":200,"path":"/api/users","ms":35}
`

/** Orders. */
export const orders = `{"id":1,"country":"DE","tier":"pro","price":10.5,"qty":2}
{"id":2,"country":"FR","tier":"free","price":3,"qty":1}
{"id":3,"country":"DE","tier":"pro","price":20,"qty":1}
`

/** A table. */
export const users = `id,name,country
ann,Ann Lee,DE
bob,Bob Ray,FR
`
