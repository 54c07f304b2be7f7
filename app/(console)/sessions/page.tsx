export { SessionsPage as default } from '@/components/session/sessions-page'
