export { SessionPage as default } from '@/components/session/session-page'
