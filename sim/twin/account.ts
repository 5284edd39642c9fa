/** Region and account of the emulated services. */
export const REGION = 'eu-central-1'
export const ACCOUNT_ID = '123456789012'
