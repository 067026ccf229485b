// How strongly the operators of SQL bind, the loosest first (ksqlDB's grammar): what the parser reads by and print puts brackets by.

export const orPower = 1
export const andPower = 2
export const notPower = 3
export const predicatePower = 4
export const concatenationPower = 5
export const additivePower = 6
export const multiplicativePower = 7
export const signPower = 8
export const zonePower = 9
/** Of what needs no brackets anywhere. */
export const operandPower = 10
