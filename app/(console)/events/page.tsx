export { EventsPage as default } from '@/components/event/events-page'
