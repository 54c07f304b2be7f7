import { expect, it } from 'vitest'
import { describeDatabaseProblem } from './describe-database-problem'

const URL_WITH_SECRET = 'postgresql://ann:hunter2@db.example/stuff'
const failure = (code: string) => Object.assign(new Error('raw'), { code })

it.each([
  ['3D000', 'DATABASE_URL: there is no database "stuff" on db.example:5432; create it first'],
  ['ECONNREFUSED', 'DATABASE_URL: nothing listens on db.example:5432; is Postgres running there?'],
  ['28P01', 'DATABASE_URL: db.example:5432 refuses the user name or password'],
])('%s', (code, expected) => {
  expect(describeDatabaseProblem(failure(code), URL_WITH_SECRET)).toBe(expected)
})

it('leaves other failures to others', () => {
  expect(describeDatabaseProblem(failure('23505'), URL_WITH_SECRET)).toBeUndefined()
  expect(describeDatabaseProblem(new Error('x'), URL_WITH_SECRET)).toBeUndefined()
})
